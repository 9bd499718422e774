// The codecs that endpoints negotiate: those that we know, of them those that the configuration names, in its order.
import type { Codec, MediaKind } from "./types.js";

/** A codec that endpoints know. */
export interface KnownCodec {
  readonly encodingName: string;
  readonly clockRate: number;
  /** Audio channels, 0 for video. */
  readonly channels: number;
  /** Static payload type (RFC 3551), or undefined for a dynamic one. */
  readonly staticPayloadType?: number;
  readonly fmtp?: string;
  /** Whether it wraps or repairs other formats; such are negotiated only where the configuration names them. */
  readonly isHelper?: boolean;
}

const AUDIO: readonly KnownCodec[] = [
  { encodingName: "opus", clockRate: 48000, channels: 2, fmtp: "useinbandfec=1" },
  { encodingName: "PCMU", clockRate: 8000, channels: 1, staticPayloadType: 0 },
  { encodingName: "PCMA", clockRate: 8000, channels: 1, staticPayloadType: 8 },
  { encodingName: "red", clockRate: 48000, channels: 2, isHelper: true },
];

/** VP8 and H264 come first because every filter and recorder reads them without another codec between. */
const VIDEO: readonly KnownCodec[] = [
  { encodingName: "VP8", clockRate: 90000, channels: 0 },
  {
    encodingName: "H264",
    clockRate: 90000,
    channels: 0,
    fmtp: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
  },
  { encodingName: "VP9", clockRate: 90000, channels: 0, fmtp: "profile-id=0" },
  { encodingName: "AV1", clockRate: 90000, channels: 0, fmtp: "level-idx=5;profile=0;tier=0" },
  { encodingName: "H265", clockRate: 90000, channels: 0 },
  { encodingName: "red", clockRate: 90000, channels: 0, isHelper: true },
  { encodingName: "ulpfec", clockRate: 90000, channels: 0, isHelper: true },
  { encodingName: "flexfec-03", clockRate: 90000, channels: 0, isHelper: true },
];

/** All codecs by medium, in the order in which offers name them. */
export const KNOWN: Readonly<Record<MediaKind, readonly KnownCodec[]>> = {
  audio: AUDIO,
  video: VIDEO,
};
const VIDEO_FEEDBACK = ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"];
const ANSWERED_FEEDBACK = new Set(VIDEO_FEEDBACK);

/** Which codecs to negotiate: names as `opus/48000/2`, in the order of offers; undefined for all without helpers. */
export interface CodecSettings {
  readonly audioCodecs: readonly string[] | undefined;
  readonly videoCodecs: readonly string[] | undefined;
  readonly h265: boolean;
}

export const DEFAULT_CODECS: CodecSettings = {
  audioCodecs: undefined,
  videoCodecs: undefined,
  h265: false,
};

/** Reads "a=1;b=2" into a map; a part without "=" becomes a key with an empty value. */
export function parseFmtp(fmtp: string | undefined): Record<string, string> {
  const parts = (fmtp ?? "").split(";").map((part) => part.trim().split("="));
  return Object.fromEntries(
    parts
      .filter(([key]) => key !== "")
      .map(([key = "", ...value]) => [key.toLowerCase(), value.join("=")]),
  );
}

/** The codecs of one endpoint. */
export class CodecCatalogue {
  readonly #codecs: Readonly<Record<MediaKind, readonly KnownCodec[]>>;

  /** @throws RangeError naming the setting when one is not `<name>/<clock rate>[/<channels>]` */
  constructor(settings: CodecSettings = DEFAULT_CODECS) {
    const video = chosen("video", settings.videoCodecs);
    this.#codecs = {
      audio: chosen("audio", settings.audioCodecs),
      video: video.filter((codec) => settings.h265 || codec.encodingName !== "H265"),
    };
  }

  /** Whether endpoints forward this offered codec. */
  has(kind: MediaKind, codec: Codec): boolean {
    return this.#codecs[kind].some((known) => isKnownAs(known, kind, codec));
  }

  /** Our codecs for an offer, with retransmission formats if wished. */
  offered(kind: MediaKind, nextPayloadType: () => number, withRtx: boolean): Codec[] {
    return this.#codecs[kind].map((known) => {
      const payloadType = known.staticPayloadType ?? nextPayloadType();
      const isRepeated = withRtx && kind === "video" && known.isHelper !== true;
      const rtx = isRepeated ? { rtx: nextPayloadType() } : {};
      return { ...offeredCodec(known, kind), payloadType, ...rtx };
    });
  }
}

/** An offered codec as an answer repeats it: its own rtcp-fb kinds without those that we do not do. */
export function answered(codec: Codec, withRtx: boolean): Codec {
  const { rtx, ...rest } = codec;
  const feedback = codec.feedback.filter((kind) => ANSWERED_FEEDBACK.has(kind));
  return { ...rest, feedback, ...(withRtx && rtx !== undefined && { rtx }) };
}

/** Whether it carries media by itself, and does not wrap or repair another format. */
export function isMediaCodec(kind: MediaKind, codec: Codec): boolean {
  return !KNOWN[kind].some((known) => known.isHelper === true && isKnownAs(known, kind, codec));
}

function chosen(kind: MediaKind, names: readonly string[] | undefined): KnownCodec[] {
  return chosenCodecs(kind, KNOWN[kind], names);
}

/**
 * Those of the known codecs that are named, in that order; without names all but helpers.
 * @throws RangeError naming the setting when one is not `<name>/<clock rate>[/<channels>]`
 */
export function chosenCodecs(
  kind: MediaKind,
  known: readonly KnownCodec[],
  names: readonly string[] | undefined,
): KnownCodec[] {
  if (names === undefined) return known.filter((codec) => codec.isHelper !== true);
  return names.flatMap((name) => {
    const [encoding = "", rate = "", channels = "1", ...rest] = name.trim().split("/");
    const isWellFormed = encoding !== "" && /^\d+$/.test(rate) && /^\d+$/.test(channels);
    if (!isWellFormed || rest.length > 0) {
      throw new RangeError(`${kind}Codecs: '${name}' is not <name>/<clock rate>[/<channels>]`);
    }
    return known.filter(
      (codec) =>
        codec.encodingName.toUpperCase() === encoding.toUpperCase() &&
        codec.clockRate === Number(rate) &&
        (kind === "video" || codec.channels === Number(channels)),
    );
  });
}

/** Whether a codec of the other side is this one. */
export function isKnownAs(known: KnownCodec, kind: MediaKind, codec: Codec): boolean {
  return (
    known.encodingName.toUpperCase() === codec.codec &&
    known.clockRate === codec.clockRate &&
    (kind === "video" || known.channels === codec.channels)
  );
}

function offeredCodec(known: KnownCodec, kind: MediaKind): Omit<Codec, "payloadType" | "rtx"> {
  const { encodingName, clockRate, channels, fmtp } = known;
  const ownFeedback = kind === "video" ? VIDEO_FEEDBACK : ["transport-cc"];
  return {
    codec: encodingName.toUpperCase(),
    encodingName,
    clockRate,
    channels,
    parameters: parseFmtp(fmtp),
    fmtp,
    feedback: known.isHelper === true ? [] : ownFeedback,
  };
}
