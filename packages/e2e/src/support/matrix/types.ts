// Sources and sinks of the matrix, and what is seen and heard of one in the other.
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import type { Browser } from "playwright-core";
import type { Pixel } from "../peer.js";
import type { Server } from "../server.js";

export type Medium = "audio" | "video";

/** Of each medium that there is, as ffprobe calls it; browsers' sinks call theirs as browsers do. */
export type Codecs = Readonly<Partial<Record<Medium, string>>>;

export const MEDIA: readonly Medium[] = ["video", "audio"];
/** How long sinks look and listen. */
export const SECONDS = 3;
export const TONE_HZ = 1000;
export const SIZE = { width: 320, height: 240 } as const;

/** Where sources and sinks are made. */
export interface Room {
  readonly server: Server;
  readonly pipeline: KurentoPipeline;
  /** Absent where no page is needed. */
  readonly browser?: Browser;
}

/** Media of one colour and one tone. */
export interface Source extends AsyncDisposable {
  readonly name: string;
  readonly endpoint: KurentoElement;
  readonly codecs: Codecs;
  readonly colour: Pixel;
  readonly framesPerSecond: number;
  /** After everything is connected. */
  start(): Promise<void>;
}

export interface Sight {
  readonly codec: string;
  readonly colour: Pixel;
  /** Undefined where pictures have no times. */
  readonly framesPerSecond: number | undefined;
}

export interface Sound {
  readonly codec: string;
  readonly hertz: number;
}

/** In seconds. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/** Of media that is watched as it comes. */
export const ANY_LENGTH: Span = { least: 0, most: Infinity };

/** What arrived. */
export interface Finding {
  readonly video?: Sight;
  readonly audio?: Sound;
  /** How long each track lasted. */
  readonly lengths: readonly number[];
  /** How long they should have. */
  readonly wanted: Span;
}

/** Where media arrives. */
export interface Sink extends AsyncDisposable {
  readonly name: string;
  readonly endpoint: KurentoElement;
  /** What it gets that source's media as; it takes no others. */
  codecsFor(source: Source): Codecs;
  /** Where it has a frame rate of its own. */
  readonly framesPerSecond?: number;
  /** Before the source starts. */
  prepare(source: Source): Promise<void>;
  /** Resolves when enough was seen and heard. */
  watch(source: Source): Promise<void>;
  /** After all have watched. */
  finish(source: Source): Promise<Finding>;
}

/** The media that a sink takes of a source. */
export function common(source: Source, sink: Sink): Medium[] {
  const taken = sink.codecsFor(source);
  return MEDIA.filter((one) => source.codecs[one] !== undefined && taken[one] !== undefined);
}

/** Settings with which RtpEndpoints take AMR beside what they take by default. */
export const AMR_TOO = {
  kurento: {
    SdpEndpoint: {
      audioCodecs: ["opus/48000/2", "PCMU/8000", "PCMA/8000", "AMR/8000"].map((name) => ({ name })),
    },
  },
} as const;
