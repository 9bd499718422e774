import type { AcceptedStream, Medium, OfferedStream } from "../graph/media.js";
import { defaultDescription } from "./connection-table.js";

/** One stream of an element. */
export interface ElementStream {
  /** Native object whose sink and source it is; `undefined`: the element's own. */
  nativeId: string | undefined;
  accepted: AcceptedStream | undefined;
  offered: OfferedStream | undefined;
}

/** How clients call a stream of an element. */
export interface StreamName {
  readonly medium: Medium;
  /** Its number among those of its medium. */
  readonly number: number;
  readonly description: string;
}

/** The first stream of each medium: the one that is called "default", whatever other name it has. */
export const firstStream = 0;

/**
 * The streams of an element, by medium and number. Most have one of each medium; where there are more, names tell them
 * apart.
 */
export class ElementStreams {
  readonly #streams = new Map<string, ElementStream>();
  #names: readonly StreamName[] = [];

  /** A stream; one that nobody has asked for yet has nothing. */
  get(medium: Medium, number = firstStream): ElementStream {
    const key = `${medium}:${number}`;
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const made = { nativeId: undefined, accepted: undefined, offered: undefined };
    this.#streams.set(key, made);
    return made;
  }

  /** Gives the streams names, in place of those that they had. */
  rename(names: readonly StreamName[]): void {
    this.#names = names;
  }

  /** The number of the stream with that name; `undefined` when there is none. */
  numberOf(medium: Medium, description: string): number | undefined {
    if (description === defaultDescription) return firstStream;
    return this.#names.find((name) => name.medium === medium && name.description === description)
      ?.number;
  }

  /** What events call a stream. */
  descriptionOf(medium: Medium, number: number): string {
    if (number === firstStream) return defaultDescription;
    const name = this.#names.find((one) => one.medium === medium && one.number === number);
    return name?.description ?? String(number);
  }
}
