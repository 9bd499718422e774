import type { NativeMap } from "../native/host.js";

/** The kinds of media that the planner links. */
export type Medium = "audio" | "video" | "data";

/** All media, in the order in which connections are made and reported. */
export const media: readonly Medium[] = ["audio", "video", "data"];

/**
 * How media crosses between two native objects: packets through the router, frames through GStreamer, or messages of data
 * channels, which is how `data` and nothing else does.
 */
export type StreamKind = "rtp" | "frames" | "data";

/** A codec with the parameters that matter for compatibility. */
export interface Format {
  /** Upper-case name: "VP8", "H264", "OPUS", "RAW", ... */
  readonly codec: string;
  /** Hz; 0 when unknown. */
  readonly clockRate: number;
  /** Audio channels; 0 for video or when unknown. */
  readonly channels: number;
  /** Format parameters by their SDP names, for example `packetization-mode`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The one format of `data`: messages have no codec. */
export const dataFormat: Format = { codec: "DATA", clockRate: 0, channels: 0, parameters: {} };

/** Frames as they are without a codec. */
export const rawFormat: Format = { codec: "RAW", clockRate: 0, channels: 0, parameters: {} };

/** What a source produces at present. */
export interface OfferedStream {
  readonly kind: StreamKind;
  readonly format: Format;
  /** False for video that comes with the keyframes it has, as that of a file; absent = they are made on request. */
  readonly makesKeyframes?: boolean;
}

/** How media that leaves an element is encoded; what is absent, or 0, is the encoder's own choice. */
export interface EncoderSettings {
  /** Bit/s until the viewers' bandwidth or the source's own rate is known. */
  readonly bitrate?: number;
  /** Bit/s; the encoder's rate stays between both. */
  readonly min?: number;
  readonly max?: number;
  /** Frames per second; absent = as they come. */
  readonly framerate?: { readonly numerator: number; readonly denominator: number };
}

/** What a sink takes, best first; no formats means that it takes nothing now. */
export interface AcceptedStream {
  readonly kind: StreamKind;
  readonly formats: readonly Format[];
  /** Largest RTP packet that is made for it, in bytes with its header; packets that are forwarded stay as they are. */
  readonly mtu?: number;
}

/** Where media that leaves an element comes from: it is made by `node`, or enters the sink of `node` and is handed on. */
export interface MediaOrigin {
  readonly node: MediaNode;
  readonly point: "source" | "sink";
}

/**
 * What the planner must know about an element, and what it tells the element back. Never called re-entrantly. An element
 * with several streams of a medium has further nodes for them.
 */
export interface MediaNode {
  readonly id: string;
  /** The element; itself, but for further streams of one. */
  readonly owner: MediaNode;
  /** Id of the native object that takes and gives this medium; `undefined` when there is none (yet). */
  nativeIdOf(medium: Medium): string | undefined;
  /** True when what enters the element is handed on untouched: links go past it. */
  through(medium: Medium): boolean;
  /** Where what leaves the element comes from; `undefined` when nothing does. */
  origin(medium: Medium): MediaOrigin | undefined;
  /** The current format of the element's own source. */
  sourceFormat(medium: Medium): OfferedStream | undefined;
  /** What the element's own sink takes; `undefined` until negotiated. */
  accepts(medium: Medium): AcceptedStream | undefined;
  /** Codec that the user demanded for the element's output; media is converted when it differs. */
  outputCodec(medium: Medium): string | undefined;
  /** How media that leaves the element is encoded where it has to be. */
  encoderSettings(medium: Medium): EncoderSettings;
  /**
   * For sinks with a peer behind a network: bit/s of this medium that it can take; `undefined` for unknown, or any. Where
   * this is absent nobody asks.
   */
  room?(medium: Medium): Promise<number | undefined>;
  /** Whether media leaves the element's own source now. */
  isOwnSourceFlowing(medium: Medium): boolean;
  /** Told for a transparent medium: whether media passes through. */
  onThroughFlow(medium: Medium, flowing: boolean): void;
  /** Told on the source of a connection: whether its media is converted on the way to a sink. */
  onTranscoding(medium: Medium, transcoding: boolean): void;
  /** Told on the sink when its media cannot be delivered. */
  onLinkError(medium: Medium, error: unknown): void;
  /** Told on the source of a connection when converting its media fails: data of a native `error` event. */
  onConverterError(data: NativeMap): void;
}
