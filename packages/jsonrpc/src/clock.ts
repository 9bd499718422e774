/** Time and timers, injected so that tests turn them by hand. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's monotonic clock. Its timers do not keep a Node process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer: unknown = setTimeout(callback, delayMs);
    // Browsers return a number.
    if (typeof timer === "object" && timer !== null && "unref" in timer)
      (timer as { unref(): void }).unref();
    return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
  },
};

/** A clock that stands still until a test advances it. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { dueMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time on, firing the timers that fall due in order of their time. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      const timer = next;
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#nowMs = timer.dueMs;
      timer.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Timers that wait: to prove that none was left behind. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  #next(untilMs: number): { dueMs: number; callback: () => void } | undefined {
    const due = this.#timers.filter((timer) => timer.dueMs <= untilMs);
    return due.toSorted((left, right) => left.dueMs - right.dueMs)[0];
  }
}
