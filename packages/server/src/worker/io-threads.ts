import type { IoThreadLease } from "@kms/core";

/** Spreads pipelines over the I/O threads of a worker. */
export class IoThreads {
  readonly #pipelines: number[];

  constructor(count: number) {
    this.#pipelines = Array.from({ length: Math.max(1, count) }, () => 0);
  }

  /** A share of the thread with the fewest pipelines. */
  assign(): IoThreadLease {
    const index = this.#pipelines.indexOf(Math.min(...this.#pipelines));
    this.#add(index, 1);
    let isHeld = true;
    const end = (): void => {
      if (isHeld) this.#add(index, -1);
      isHeld = false;
    };
    return { index, end };
  }

  #add(index: number, pipelines: number): void {
    this.#pipelines[index] = (this.#pipelines[index] ?? 0) + pipelines;
  }
}
