import { readFile } from "node:fs/promises";

/** CPU time in clock ticks: of the processes, and of the whole machine. */
interface Ticks {
  readonly processes: number;
  readonly machine: number;
}

/**
 * CPU use of the processes over an interval, in per cent of one CPU.
 * @param cpus number of CPUs that the processes may use
 */
export async function usedCpu(
  pids: readonly number[],
  cpus: number,
  wait: () => Promise<void>,
): Promise<number> {
  const before = await readTicks(pids);
  await wait();
  const after = await readTicks(pids);
  const machine = (after.machine - before.machine) / cpus;
  return machine <= 0 ? 0 : (100 * Math.max(0, after.processes - before.processes)) / machine;
}

/** Resident memory of the processes in KiB. */
export async function usedMemory(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(pids.map(residentKib));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readTicks(pids: readonly number[]): Promise<Ticks> {
  const [machine, ...processes] = await Promise.all([machineTicks(), ...pids.map(processTicks)]);
  return { machine, processes: processes.reduce((sum, ticks) => sum + ticks, 0) };
}

// proc(5): the first line of /proc/stat sums the ticks of all CPUs.
async function machineTicks(): Promise<number> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n", 1);
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  return ticks.reduce((sum, value) => sum + value, 0);
}

// proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces.
async function processTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0);
}
