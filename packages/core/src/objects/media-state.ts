import type { Medium } from "../graph/media.js";

/** Which way media crosses an element's edge: `in` into its sink, `out` of its source. */
export type FlowDirection = "in" | "out";

/** Last known media flow and transcoding of one element. */
export class MediaState {
  readonly #flowing = new Set<string>();
  readonly #transcoding = new Map<Medium, boolean>();

  isFlowing(direction: FlowDirection, medium: Medium): boolean {
    return this.#flowing.has(`${direction}:${medium}`);
  }

  /** @returns true when this is a change */
  setFlowing(direction: FlowDirection, medium: Medium, flowing: boolean): boolean {
    if (this.isFlowing(direction, medium) === flowing) return false;
    const key = `${direction}:${medium}`;
    if (flowing) this.#flowing.add(key);
    else this.#flowing.delete(key);
    return true;
  }

  isTranscoding(medium: Medium): boolean {
    return this.#transcoding.get(medium) ?? false;
  }

  /**
   * Not transcoding is news only once; transcoding never ends, as in Kurento.
   * @returns true when this is news
   */
  setTranscoding(medium: Medium, transcoding: boolean): boolean {
    const known = this.#transcoding.get(medium);
    if (known === transcoding || known === true) return false;
    this.#transcoding.set(medium, transcoding);
    return true;
  }
}
