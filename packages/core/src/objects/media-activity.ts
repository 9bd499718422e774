import type { MediaFlowState, MediaTranscodingState, MediaType } from "../generated/types.js";
import type { Medium } from "../graph/media.js";
import { defaultDescription } from "./connection-table.js";
import { firstStream } from "./element-streams.js";
import type { ElementStreams } from "./element-streams.js";
import { mediaTypeOf, queriedMedium } from "./media-types.js";

/** Which way media crosses an element's edge: `in` into its sink, `out` of its source. */
export type FlowDirection = "in" | "out";

/** Fields of `MediaFlowInStateChanged` and `MediaFlowOutStateChanged`. */
export interface FlowChange {
  readonly state: MediaFlowState;
  readonly padName: string;
  readonly mediaType: MediaType;
}

/** Fields of `MediaTranscodingStateChanged`. */
export interface TranscodingChange {
  readonly state: MediaTranscodingState;
  readonly binName: string;
  readonly mediaType: MediaType;
}

/** Told of changes. */
export interface ActivityListener {
  onFlow(direction: FlowDirection, change: FlowChange): void;
  onTranscoding(change: TranscodingChange): void;
}

/** Last known media flow and transcoding of one element, and the events and queries about it. */
export class MediaActivity {
  readonly #flowing = new Set<string>();
  readonly #transcoding = new Map<string, boolean>();
  readonly #streams: ElementStreams;
  readonly #listener: ActivityListener;

  constructor(streams: ElementStreams, listener: ActivityListener) {
    this.#streams = streams;
    this.#listener = listener;
  }

  /** Whether media of that stream crosses that edge now. */
  isFlowing(direction: FlowDirection, medium: Medium, number = firstStream): boolean {
    return this.#flowing.has(`${direction}:${medium}:${number}`);
  }

  /** Keeps the state, and tells a change. */
  setFlowing(
    direction: FlowDirection,
    medium: Medium,
    flowing: boolean,
    number = firstStream,
  ): void {
    if (this.isFlowing(direction, medium, number) === flowing) return;
    const key = `${direction}:${medium}:${number}`;
    if (flowing) this.#flowing.add(key);
    else this.#flowing.delete(key);
    this.#listener.onFlow(direction, {
      state: flowing ? "FLOWING" : "NOT_FLOWING",
      padName: this.#streams.descriptionOf(medium, number),
      mediaType: mediaTypeOf[medium],
    });
  }

  /** Not transcoding is news only once; transcoding never ends, as in Kurento. Data knows no such thing. */
  setTranscoding(medium: Medium, transcoding: boolean, number = firstStream): void {
    if (medium === "data") return;
    const key = `${medium}:${number}`;
    const known = this.#transcoding.get(key);
    if (known === transcoding || known === true) return;
    this.#transcoding.set(key, transcoding);
    this.#listener.onTranscoding({
      state: transcoding ? "TRANSCODING" : "NOT_TRANSCODING",
      binName: this.#streams.descriptionOf(medium, number),
      mediaType: mediaTypeOf[medium],
    });
  }

  /**
   * Answers `isMediaFlowingIn` and `isMediaFlowingOut`; false for streams that there are not.
   * @throws KurentoError 40107 for DATA
   */
  queryFlow(direction: FlowDirection, type: MediaType, description = defaultDescription): boolean {
    const medium = queriedMedium(type, direction === "in" ? "MediaFlowingIn" : "MediaFlowingOut");
    const number = this.#streams.numberOf(medium, description);
    return number !== undefined && this.isFlowing(direction, medium, number);
  }

  /**
   * Answers `isMediaTranscoding`; false for streams that there are not.
   * @throws KurentoError 40107 for DATA
   */
  queryTranscoding(type: MediaType, binName = defaultDescription): boolean {
    const medium = queriedMedium(type, "MediaTranscoding");
    const number = this.#streams.numberOf(medium, binName);
    return number !== undefined && this.#transcoding.get(`${medium}:${number}`) === true;
  }
}
