import { readdir, readFile } from "node:fs/promises";

import { KurentoError } from "@kms/core";
import type { Clock } from "@kms/core/jsonrpc";

/** So long a check counts for those that come after it: it reads three files for each process. */
const freshMs = 100;

/** What {@link checkResources} found lately, for many who ask at once. */
export class ResourceCheck {
  readonly #clock: Clock;
  readonly #check: () => Promise<void>;
  #last: Promise<void> | undefined;
  #lastMs = 0;

  constructor(clock: Clock, check: () => Promise<void>) {
    this.#clock = clock;
    this.#check = check;
  }

  /** @throws KurentoError 40009 */
  run(): Promise<void> {
    const nowMs = this.#clock.now();
    if (this.#last === undefined || nowMs - this.#lastMs >= freshMs) {
      this.#last = this.#check();
      this.#lastMs = nowMs;
    }
    return this.#last;
  }
}

/**
 * Refuses when a process has used up its share of threads or open files.
 * @param fraction of the process's soft limits that may be used
 * @throws KurentoError 40009
 */
export async function checkResources(pids: readonly number[], fraction: number): Promise<void> {
  await Promise.all(pids.map((pid) => checkProcess(pid, fraction)));
}

async function checkProcess(pid: number, fraction: number): Promise<void> {
  const limits = await readFile(`/proc/${pid}/limits`, "utf8").catch(() => "");
  const maxThreads = softLimit(limits, "Max processes");
  const maxFiles = softLimit(limits, "Max open files");
  // A process that is just gone has no files: its calls fail by themselves.
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const threads = Number(/^Threads:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  if (threads > maxThreads * fraction) throw tooMany("threads", maxThreads * fraction);
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  if (files.length > maxFiles * fraction) throw tooMany("files", maxFiles * fraction);
}

// Infinity for an unlimited or unknown one.
function softLimit(limits: string, name: string): number {
  const value = new RegExp(`^${name}\\s+(\\d+)`, "m").exec(limits)?.[1];
  return value === undefined ? Infinity : Number(value);
}

function tooMany(what: string, limit: number): KurentoError {
  return new KurentoError(
    "NOT_ENOUGH_RESOURCES",
    `Reached KMS ${what} limit: ${Math.trunc(limit)}`,
  );
}
