import { readdir, readFile } from "node:fs/promises";
import process from "node:process";

/** What one process uses now. */
export interface ProcessSample {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly threads: number;
  readonly openFiles: number;
}

// The kernel reports times in USER_HZ, which is 100 on every architecture that Node runs on.
const ticksPerSecond = 100;

/**
 * Reads the figures of the gateway, which is this process, and of the workers that are processes.
 * @returns by name: `gateway`, `worker 0`, ...; processes that are gone are left out
 */
export async function sampleProcesses(
  workers: readonly { readonly index: number; readonly pid: number | undefined }[],
): Promise<ReadonlyMap<string, ProcessSample>> {
  const pids: [string, number][] = [["gateway", process.pid]];
  for (const { index, pid } of workers) if (pid !== undefined) pids.push([`worker ${index}`, pid]);
  const samples = new Map<string, ProcessSample>();
  for (const [name, pid] of pids) {
    const sample = await sampleProcess(pid);
    if (sample !== undefined) samples.set(name, sample);
  }
  return samples;
}

/** Reads the figures of a process; `undefined` when it is gone. */
export async function sampleProcess(pid: number): Promise<ProcessSample | undefined> {
  try {
    const [stat, status, files] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/status`, "utf8"),
      readdir(`/proc/${pid}/fd`),
    ]);
    // proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      residentBytes: 1024 * statusValue(status, "VmRSS"),
      threads: statusValue(status, "Threads"),
      openFiles: files.length,
    };
  } catch {
    return undefined;
  }
}

function statusValue(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
}
