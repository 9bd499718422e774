// The codecs that endpoints negotiate, in the order in which our offers name them.
import type { Codec, MediaKind } from "./types.js";

interface SupportedCodec {
  readonly encodingName: string;
  readonly clockRate: number;
  readonly channels: number;
  /** Static payload type (RFC 3551), or undefined for a dynamic one. */
  readonly staticPayloadType?: number;
  readonly fmtp?: string;
}

const AUDIO: readonly SupportedCodec[] = [
  { encodingName: "opus", clockRate: 48000, channels: 2, fmtp: "useinbandfec=1" },
  { encodingName: "PCMU", clockRate: 8000, channels: 1, staticPayloadType: 0 },
  { encodingName: "PCMA", clockRate: 8000, channels: 1, staticPayloadType: 8 },
];

/** VP8 and H264 come first because every filter and recorder reads them without another codec between. */
const VIDEO: readonly SupportedCodec[] = [
  { encodingName: "VP8", clockRate: 90000, channels: 0 },
  {
    encodingName: "H264",
    clockRate: 90000,
    channels: 0,
    fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
  },
  { encodingName: "VP9", clockRate: 90000, channels: 0, fmtp: "profile-id=0" },
  { encodingName: "AV1", clockRate: 90000, channels: 0, fmtp: "level-idx=5;profile=0;tier=0" },
];

const SUPPORTED: Readonly<Record<MediaKind, readonly SupportedCodec[]>> = {
  audio: AUDIO,
  video: VIDEO,
};

const VIDEO_FEEDBACK = ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"];
const ECHOED_FEEDBACK = new Set(VIDEO_FEEDBACK);

/** Reads "a=1;b=2" into a map; a part without "=" becomes a key with an empty value. */
export function parseFmtp(fmtp: string | undefined): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const part of (fmtp ?? "").split(";")) {
    const [key = "", ...value] = part.trim().split("=");
    if (key !== "") parameters[key.toLowerCase()] = value.join("=");
  }
  return parameters;
}

/** Whether endpoints forward this offered codec. */
export function isSupported(kind: MediaKind, codec: Codec): boolean {
  return SUPPORTED[kind].some(
    (known) =>
      known.encodingName.toUpperCase() === codec.codec &&
      known.clockRate === codec.clockRate &&
      (kind === "video" || known.channels === codec.channels),
  );
}

/** The part of an offered codec that an answer repeats: its own rtcp-fb kinds without those that we do not do. */
export function answered(codec: Codec): Codec {
  return { ...codec, feedback: codec.feedback.filter((kind) => ECHOED_FEEDBACK.has(kind)) };
}

/** Our codecs for an offer; dynamic payload types are taken from `nextPayloadType`. */
export function offeredCodecs(kind: MediaKind, nextPayloadType: () => number): Codec[] {
  return SUPPORTED[kind].map((known) => ({
    payloadType: known.staticPayloadType ?? nextPayloadType(),
    codec: known.encodingName.toUpperCase(),
    encodingName: known.encodingName,
    clockRate: known.clockRate,
    channels: known.channels,
    parameters: parseFmtp(known.fmtp),
    fmtp: known.fmtp,
    feedback: kind === "video" ? VIDEO_FEEDBACK : ["transport-cc"],
  }));
}
