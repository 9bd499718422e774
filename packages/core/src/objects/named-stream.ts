import type {
  AcceptedStream,
  EncoderSettings,
  MediaNode,
  MediaOrigin,
  Medium,
  OfferedStream,
} from "../graph/media.js";
import type { NativeMap } from "../native/host.js";
import type { ElementStream, ElementStreams } from "./element-streams.js";
import type { MediaActivity } from "./media-activity.js";

/** What a named stream needs of its element. */
export interface StreamOwner {
  readonly element: MediaNode;
  readonly streams: ElementStreams;
  readonly activity: MediaActivity;
}

/**
 * The streams of an element with a name other than "default", as the planner sees them. A name may be connected before
 * there is a stream of it, and then waits; at a transparent element it goes on under the same name.
 */
export class NamedStream implements MediaNode {
  readonly id: string;
  readonly owner: MediaNode;
  readonly #description: string;
  readonly #streams: ElementStreams;
  readonly #activity: MediaActivity;

  constructor({ element, streams, activity }: StreamOwner, description: string) {
    this.id = `${element.id}#${description}`;
    this.owner = element;
    this.#description = description;
    this.#streams = streams;
    this.#activity = activity;
  }

  nativeIdOf(medium: Medium): string | undefined {
    const stream = this.#stream(medium);
    return stream && (stream.nativeId ?? this.owner.nativeIdOf(medium));
  }

  through(medium: Medium): boolean {
    return this.owner.through(medium);
  }

  // Hubs hand on what has no name only.
  origin(medium: Medium): MediaOrigin | undefined {
    const origin = this.owner.origin(medium);
    return origin?.node === this.owner ? { ...origin, node: this } : undefined;
  }

  sourceFormat(medium: Medium): OfferedStream | undefined {
    return this.#stream(medium)?.offered;
  }

  accepts(medium: Medium): AcceptedStream | undefined {
    return this.#stream(medium)?.accepted;
  }

  outputCodec(medium: Medium): string | undefined {
    return this.owner.outputCodec(medium);
  }

  encoderSettings(medium: Medium): EncoderSettings {
    return this.owner.encoderSettings(medium);
  }

  isOwnSourceFlowing(medium: Medium): boolean {
    const number = this.#number(medium);
    return number !== undefined && this.#activity.isFlowing("out", medium, number);
  }

  // What passes through a transparent element under a name is not told: events are about its own streams.
  onThroughFlow(): void {}

  onTranscoding(medium: Medium, transcoding: boolean): void {
    const number = this.#number(medium);
    if (number !== undefined) this.#activity.setTranscoding(medium, transcoding, number);
  }

  onLinkError(medium: Medium, error: unknown): void {
    this.owner.onLinkError(medium, error);
  }

  onConverterError(data: NativeMap): void {
    this.owner.onConverterError(data);
  }

  #number(medium: Medium): number | undefined {
    return this.#streams.numberOf(medium, this.#description);
  }

  #stream(medium: Medium): ElementStream | undefined {
    const number = this.#number(medium);
    return number === undefined ? undefined : this.#streams.get(medium, number);
  }
}
