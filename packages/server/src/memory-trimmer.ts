import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import type { Clock } from "@kms/core/jsonrpc";

/** So long nothing has happened when memory is given back: nobody waits for the pause. */
const quietMs = 500;
/** What must have come on top of what the last trim left: bytes, and the part of it. */
const worthwhileBytes = 1024 * 1024;
const worthwhilePart = 1 / 8;

/** What a trimmer sees and does; tests give their own. */
export interface TrimmerParts {
  readonly clock: Clock;
  /** Bytes in use on the JavaScript heap, garbage included. */
  heapUsed(): number;
  /** Collects garbage and gives what is free back to the system. */
  trim(): void;
}

/**
 * Gives the memory of a burst of requests back once it is over. With its small young generation a process keeps most of what
 * a request leaves behind in the old one, which V8 lets grow to a multiple of what is in use; and each thread's malloc
 * keeps what handshakes needed.
 */
export class MemoryTrimmer {
  readonly #parts: TrimmerParts;
  #lastMs = 0;
  #left = 0;
  #cancel: (() => void) | undefined;

  constructor(parts: TrimmerParts) {
    this.#parts = parts;
  }

  /** To be called for each request and each event. */
  onActivity(): void {
    this.#lastMs = this.#parts.clock.now();
    if (this.#cancel === undefined) this.#wait(quietMs);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(delayMs: number): void {
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      const quietSinceMs = this.#parts.clock.now() - this.#lastMs;
      if (quietSinceMs < quietMs) return this.#wait(quietMs - quietSinceMs);
      this.#cancel = undefined;
      this.#trimIfWorthwhile();
    });
  }

  #trimIfWorthwhile(): void {
    const grown = this.#parts.heapUsed() - this.#left;
    if (grown < Math.max(worthwhileBytes, this.#left * worthwhilePart)) return;
    this.#parts.trim();
    this.#left = this.#parts.heapUsed();
  }
}

/**
 * Of this process.
 * @param trimNative gives back what malloc keeps, where much is
 */
export function processTrimmer(clock: Clock, trimNative?: () => void): MemoryTrimmer {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  return new MemoryTrimmer({
    clock,
    heapUsed: () => process.memoryUsage().heapUsed,
    trim: () => {
      // Collected only, the pages stay: each has something on it that is in use.
      setFlagsFromString("--compact-on-every-full-gc");
      collectGarbage();
      setFlagsFromString("--no-compact-on-every-full-gc");
      trimNative?.();
    },
  });
}
