import type { MediaFlowState, MediaTranscodingState, MediaType } from "../generated/types.js";
import type { Medium } from "../graph/media.js";
import { defaultDescription } from "./connection-table.js";
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
  readonly #transcoding = new Map<Medium, boolean>();
  readonly #listener: ActivityListener;

  constructor(listener: ActivityListener) {
    this.#listener = listener;
  }

  /** Whether media of the default stream crosses that edge now. */
  isFlowing(direction: FlowDirection, medium: Medium): boolean {
    return this.#flowing.has(`${direction}:${medium}`);
  }

  /** Keeps the state, and tells a change. */
  setFlowing(direction: FlowDirection, medium: Medium, flowing: boolean): void {
    if (this.isFlowing(direction, medium) === flowing) return;
    const key = `${direction}:${medium}`;
    if (flowing) this.#flowing.add(key);
    else this.#flowing.delete(key);
    this.#listener.onFlow(direction, {
      state: flowing ? "FLOWING" : "NOT_FLOWING",
      padName: defaultDescription,
      mediaType: mediaTypeOf[medium],
    });
  }

  /** Not transcoding is news only once; transcoding never ends, as in Kurento. Data knows no such thing. */
  setTranscoding(medium: Medium, transcoding: boolean): void {
    if (medium === "data") return;
    const known = this.#transcoding.get(medium);
    if (known === transcoding || known === true) return;
    this.#transcoding.set(medium, transcoding);
    this.#listener.onTranscoding({
      state: transcoding ? "TRANSCODING" : "NOT_TRANSCODING",
      binName: defaultDescription,
      mediaType: mediaTypeOf[medium],
    });
  }

  /**
   * Answers `isMediaFlowingIn` and `isMediaFlowingOut`; false for streams other than the default one.
   * @throws KurentoError 40107 for DATA
   */
  queryFlow(direction: FlowDirection, type: MediaType, description = defaultDescription): boolean {
    const medium = queriedMedium(type, direction === "in" ? "MediaFlowingIn" : "MediaFlowingOut");
    return description === defaultDescription && this.isFlowing(direction, medium);
  }

  /**
   * Answers `isMediaTranscoding`; false for parts of the element other than the default one.
   * @throws KurentoError 40107 for DATA
   */
  queryTranscoding(type: MediaType, binName = defaultDescription): boolean {
    const medium = queriedMedium(type, "MediaTranscoding");
    return binName === defaultDescription && this.#transcoding.get(medium) === true;
  }
}
