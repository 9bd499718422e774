import type { Clock } from "../clock.js";
import type { JsonValue } from "../codec/json.js";
import { RpcError, RpcErrorCode } from "../errors.js";
import type { RequestId } from "../codec/parse.js";

/** How long and how a caller waits for an answer. */
export interface RequestOptions {
  /** Gives up waiting and rejects with the signal's reason; the other side is not told. */
  readonly signal?: AbortSignal | undefined;
  /** Rejects with -32001 after this time; no limit unless given here or to the peer, or when Infinity. */
  readonly timeoutMs?: number | undefined;
}

// Timers take 31 bits; longer ones would fire at once.
const maxTimerMs = 2 ** 31 - 1;

interface Pending {
  readonly method: string;
  readonly timeoutMs: number | undefined;
  readonly dueMs: number;
  resolve(result: JsonValue): void;
  reject(reason: unknown): void;
  release?(): void;
}

/** Requests that were sent and not answered yet. Each is settled exactly once. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  // One timer for all: most answers come in time, so that a timer each would be set and cancelled in vain.
  #timerDueMs = Infinity;
  #cancelTimer: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Waits for the answer to this id. */
  add(id: RequestId, method: string, options: RequestOptions): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs } = options;
      const dueMs = dueTime(this.#clock, timeoutMs);
      const pending: Pending = { method, timeoutMs, dueMs, resolve, reject };
      if (signal !== undefined) pending.release = this.#watch(id, signal);
      this.#pending.set(String(id), pending);
      this.#schedule(dueMs);
    });
  }

  /** Settles with a result; false when nobody waits (any more). */
  resolve(id: RequestId, result: JsonValue): boolean {
    const pending = this.#take(id);
    pending?.resolve(result);
    return pending !== undefined;
  }

  /** Settles with an error; false when nobody waits (any more). */
  reject(id: RequestId, reason: unknown): boolean {
    const pending = this.#take(id);
    pending?.reject(reason);
    return pending !== undefined;
  }

  /** Settles all that still wait. */
  rejectAll(reason: unknown): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, reason);
  }

  #watch(id: RequestId, signal: AbortSignal): () => void {
    const abort = (): boolean => this.reject(id, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  }

  #take(id: RequestId): Pending | undefined {
    const key = String(id);
    const pending = this.#pending.get(key);
    if (pending === undefined) return undefined;
    this.#pending.delete(key);
    pending.release?.();
    if (this.#pending.size === 0) this.#stopTimer();
    return pending;
  }

  #schedule(dueMs: number): void {
    if (dueMs >= this.#timerDueMs) return;
    this.#cancelTimer();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = this.#clock.after(dueMs - this.#clock.now(), () => this.#expire());
  }

  #stopTimer(): void {
    this.#cancelTimer();
    this.#timerDueMs = Infinity;
  }

  // Timers may fire a little early: what is due at the timer's own time is due.
  #expire(): void {
    const nowMs = Math.max(this.#timerDueMs, this.#clock.now());
    this.#timerDueMs = Infinity;
    for (const [id, { dueMs, method, timeoutMs }] of [...this.#pending]) {
      if (dueMs <= nowMs) this.reject(id, timeoutError(method, timeoutMs));
    }
    this.#schedule(Math.min(...[...this.#pending.values()].map(({ dueMs }) => dueMs)));
  }
}

function dueTime(clock: Clock, timeoutMs: number | undefined): number {
  return timeoutMs === undefined || timeoutMs > maxTimerMs ? Infinity : clock.now() + timeoutMs;
}

function timeoutError(method: string, timeoutMs: number | undefined): RpcError {
  return new RpcError(
    RpcErrorCode.timeout,
    `Request '${method}' was not answered within ${timeoutMs} ms`,
  );
}
