import type { Clock } from "@kms/jsonrpc";

/** A clock whose timers keep the process alive: a client that waits to connect again is still at work. */
export const wakingClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** The end of a wait: by time or by a signal, whichever comes first. Leaves nothing behind once ended. */
export class Limit {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  #release: (() => void) | undefined;

  constructor(clock: Clock, timeoutMs: number, signal?: AbortSignal) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** Rejects with the signal's reason or with what `makeError` gives when the time is up; never resolves. */
  reached(makeError: () => Error): Promise<never> {
    return new Promise((_resolve, reject) => {
      const abort = (): void => reject(this.#signal?.reason);
      const cancel = this.#clock.after(this.#timeoutMs, () => reject(makeError()));
      this.#signal?.addEventListener("abort", abort, { once: true });
      this.#release = () => {
        cancel();
        this.#signal?.removeEventListener("abort", abort);
      };
      if (this.#signal?.aborted === true) abort();
    });
  }

  /** Stops watching. */
  end(): void {
    this.#release?.();
  }
}

/** Waits for the time to pass or the signal to abort; resolves either way. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const limit = new Limit(clock, delayMs, signal);
  await limit.reached(() => new Error("time is up")).catch(() => undefined);
  limit.end();
}
