/** Numbers that only look random: the same seed gives the same ones, so that a failure can be had again. */
export class Random {
  #state: number;

  /** @param seed a 32-bit integer */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `limit` - 1 (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of these. @throws RangeError when there is none */
  pick<Item>(items: readonly Item[]): Item {
    const at = this.below(items.length);
    if (at >= items.length) throw new RangeError("nothing to pick from");
    return items[at] as Item;
  }
}
