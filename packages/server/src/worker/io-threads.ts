import type { IoThreadLease } from "@kms/core";

/**
 * Endpoints that a pipeline's own thread may have more than the least loaded one. Packets that cross threads cost a
 * wake-up, which pays only for a source with several viewers.
 */
const localEndpoints = 8;

/** Spreads pipelines and endpoints over the I/O threads of a worker. */
export class IoThreads {
  readonly #pipelines: number[];
  readonly #endpoints: number[];

  constructor(count: number) {
    this.#pipelines = Array.from({ length: Math.max(1, count) }, () => 0);
    this.#endpoints = [...this.#pipelines];
  }

  /** A share of the thread with the fewest pipelines. */
  assign(): IoThreadLease {
    return lease(this.#pipelines, leastOf(this.#pipelines));
  }

  /** A share of the thread `home`, or of the one with the fewest endpoints where `home` has many more than that. */
  assignEndpoint(home: number): IoThreadLease {
    const least = leastOf(this.#endpoints);
    const more = at(this.#endpoints, home) - at(this.#endpoints, least);
    return lease(this.#endpoints, more < localEndpoints ? home : least);
  }
}

function leastOf(loads: readonly number[]): number {
  return loads.indexOf(Math.min(...loads));
}

function at(loads: readonly number[], index: number): number {
  return loads[index] ?? 0;
}

function lease(loads: number[], index: number): IoThreadLease {
  const add = (shares: number): void => void (loads[index] = at(loads, index) + shares);
  add(1);
  let isHeld = true;
  const end = (): void => {
    if (isHeld) add(-1);
    isHeld = false;
  };
  return { index, end };
}
