// What the kernel says about a process: CPU time, memory, descriptors, threads; and where it may run.
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";

/** The size of a process at one moment. */
export interface ProcessSize {
  readonly residentKib: number;
  readonly descriptors: number;
  readonly threads: number;
}

// sysconf(_SC_CLK_TCK); 100 on every Linux that Node runs on.
const ticksPerSecond = 100;

/** CPU time that the process has used so far, in microseconds, to 10 ms. */
export async function cpuUs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
}

export async function sizeOf(pid: number): Promise<ProcessSize> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1]);
  const descriptors = await readdir(`/proc/${pid}/fd`);
  return {
    residentKib: field("VmRSS"),
    descriptors: descriptors.length,
    threads: field("Threads"),
  };
}

/** Lets all threads of a process run on this CPU only. */
export function pin(pid: number, cpu: number): void {
  execFileSync("taskset", ["-a", "-c", "-p", String(cpu), String(pid)], { stdio: "ignore" });
}
