import { performance } from "node:perf_hooks";
import process from "node:process";

import type { Definition, Labelled } from "./definition.js";
import type { ProcessSample } from "./process-sample.js";

type Samples = () => ReadonlyMap<string, ProcessSample>;

/** What the processes use now. */
export function processGauges(samples: Samples): Definition[] {
  return [
    {
      name: "kms_process_resident_memory_bytes",
      help: "Resident memory",
      labels: ["process"],
      values: () => each(samples, ({ residentBytes }) => residentBytes),
    },
    {
      name: "kms_process_threads",
      help: "Threads",
      labels: ["process"],
      values: () => each(samples, ({ threads }) => threads),
    },
    {
      name: "kms_process_open_fds",
      help: "Open file descriptors",
      labels: ["process"],
      values: () => each(samples, ({ openFiles }) => openFiles),
    },
    {
      name: "kms_gateway_heap_used_bytes",
      help: "JavaScript heap in use in the gateway",
      values: () => [[{}, process.memoryUsage().heapUsed]],
    },
  ];
}

/** What the processes have used since they started. */
export function processCounters(samples: Samples): Definition[] {
  return [
    {
      name: "kms_process_cpu_seconds_total",
      help: "CPU time",
      labels: ["process"],
      values: () => each(samples, ({ cpuSeconds }) => cpuSeconds),
    },
    {
      name: "kms_gateway_event_loop_busy_seconds_total",
      help: "Time in which the gateway's event loop was not idle",
      values: () => [[{}, performance.eventLoopUtilization().active / 1000]],
    },
  ];
}

function each(samples: Samples, read: (sample: ProcessSample) => number): Labelled[] {
  return [...samples()].map(([name, sample]) => [{ process: name }, read(sample)]);
}
