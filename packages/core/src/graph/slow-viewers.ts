/** A viewer of media that is encoded for it. */
export interface ViewerRoom {
  /** Which viewer. */
  readonly link: string;
  /** What it shares with others: those of the same source, codec and settings. */
  readonly family: string;
  /** Bit/s that its peer can take; undefined: unknown, or any. */
  readonly room: number | undefined;
}

/** Below that part of the median a viewer is slow; a slow one is so until it has that part. */
const SLOW = 0.5;
const SLOW_NO_MORE = 0.75;
/** How long that must be so, in ms. A way back costs a keyframe, and more if it was too early. */
const UNTIL_SLOW_MS = 5000;
const UNTIL_BACK_MS = 15_000;

/**
 * Viewers far below the others who share an encoder, so that one of them does not hold all back: they get a second one
 * (DESIGN 4). Time is given with each look.
 */
export class SlowViewers {
  readonly #slow = new Set<string>();
  /** Since when a viewer belongs with the others, in ms. */
  readonly #moving = new Map<string, number>();

  has(link: string): boolean {
    return this.#slow.has(link);
  }

  /** Looks at all viewers there are; true when one of them has become slow, or is so no more. */
  update(viewers: readonly ViewerRoom[], now: number): boolean {
    this.#forgetOthers(viewers);
    const medians = mediansOf(viewers);
    return viewers.map((viewer) => this.#judge(viewer, medians, now)).includes(true);
  }

  #judge(
    { link, family, room }: ViewerRoom,
    medians: ReadonlyMap<string, number>,
    now: number,
  ): boolean {
    const isSlow = this.#slow.has(link);
    const median = medians.get(family) ?? 0;
    const belongs = (room ?? Infinity) < median * (isSlow ? SLOW_NO_MORE : SLOW);
    if (belongs === isSlow) {
      this.#moving.delete(link);
      return false;
    }
    const since = this.#moving.get(link) ?? now;
    this.#moving.set(link, since);
    if (now - since < (isSlow ? UNTIL_BACK_MS : UNTIL_SLOW_MS)) return false;
    this.#moving.delete(link);
    if (isSlow) this.#slow.delete(link);
    else this.#slow.add(link);
    return true;
  }

  #forgetOthers(viewers: readonly ViewerRoom[]): void {
    const known = new Set(viewers.map(({ link }) => link));
    for (const link of [...this.#slow, ...this.#moving.keys()]) {
      if (known.has(link)) continue;
      this.#slow.delete(link);
      this.#moving.delete(link);
    }
  }
}

/** Of each family, of those two in the middle the higher; who can take any rate counts as the fastest that is known. */
function mediansOf(viewers: readonly ViewerRoom[]): ReadonlyMap<string, number> {
  const families = new Map<string, number[]>();
  for (const { family, room } of viewers) {
    const rooms = families.get(family) ?? [];
    rooms.push(room ?? Infinity);
    families.set(family, rooms);
  }
  return new Map([...families].map(([family, rooms]) => [family, medianOf(rooms)]));
}

function medianOf(rooms: readonly number[]): number {
  const sorted = rooms.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? 0;
  return Number.isFinite(middle) ? middle : (sorted.findLast(Number.isFinite) ?? 0);
}
