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
  resolve(result: JsonValue): void;
  reject(reason: unknown): void;
  release(): void;
}

/** Requests that were sent and not answered yet. Each is settled exactly once. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

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
      const abort = (): boolean => this.reject(id, signal?.reason);
      const expire = (): boolean => this.reject(id, timeoutError(method, timeoutMs));
      const isLimited = timeoutMs !== undefined && timeoutMs <= maxTimerMs;
      const cancelTimer = isLimited ? this.#clock.after(timeoutMs, expire) : undefined;
      signal?.addEventListener("abort", abort, { once: true });
      const release = (): void => {
        cancelTimer?.();
        signal?.removeEventListener("abort", abort);
      };
      this.#pending.set(String(id), { resolve, reject, release });
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

  #take(id: RequestId): Pending | undefined {
    const pending = this.#pending.get(String(id));
    if (pending === undefined) return undefined;
    this.#pending.delete(String(id));
    pending.release();
    return pending;
  }
}

function timeoutError(method: string, timeoutMs: number | undefined): RpcError {
  return new RpcError(
    RpcErrorCode.timeout,
    `Request '${method}' was not answered within ${timeoutMs} ms`,
  );
}
