import type { Clock } from "@kms/core/jsonrpc";

/** Upper bounds of the latency buckets in seconds: from what the gateway answers itself to the deadline of a worker's call. */
export const latencyBounds: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

const boundsMs = latencyBounds.map((seconds) => seconds * 1000);

/** What was counted of one method. */
export interface MethodCounts {
  /** Requests per bucket, not cumulated; the last is for those above all bounds. */
  readonly buckets: number[];
  /** Responses by error code; 0 = success. */
  readonly codes: Map<number, number>;
  totalMs: number;
}

/**
 * Counts answered requests in plain numbers: each costs well under a microsecond, where a metrics library's own counters
 * cost several. The library reads them when it is asked.
 */
export class RequestMeter {
  readonly #methods: ReadonlyMap<string, MethodCounts>;
  readonly #unknown = emptyCounts();
  readonly #clock: Clock;
  /** Requests that were answered from the cache of responses. */
  duplicates = 0;

  /** @param methods names that are told apart; all others count as `unknown` */
  constructor(methods: Iterable<string>, clock: Clock) {
    this.#clock = clock;
    this.#methods = new Map([...methods].map((name) => [name, emptyCounts()]));
  }

  /** Now, for `record`. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * Counts one answered request.
   * @param code of the error; 0 = success
   * @param startedMs what `now` said when it began
   */
  record(method: string, code: number, startedMs: number): void {
    const durationMs = this.#clock.now() - startedMs;
    const counts = this.#methods.get(method) ?? this.#unknown;
    let bucket = 0;
    while (durationMs > (boundsMs[bucket] ?? Infinity)) bucket += 1;
    counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
    counts.codes.set(code, (counts.codes.get(code) ?? 0) + 1);
    counts.totalMs += durationMs;
  }

  /** The counts of every method that was asked for. */
  counts(): [method: string, counts: MethodCounts][] {
    const all: [string, MethodCounts][] = [...this.#methods, ["unknown", this.#unknown]];
    return all.filter(([, { codes }]) => codes.size > 0);
  }
}

function emptyCounts(): MethodCounts {
  return { buckets: boundsMs.map(() => 0).concat(0), codes: new Map(), totalMs: 0 };
}
