// The codecs that an RtpEndpoint negotiates, in the order in which its offers name them.
import { KNOWN, chosenCodecs, isKnownAs, parseFmtp } from "./codecs.js";
import type { KnownCodec } from "./codecs.js";
import type { PlainCodec, PlainRemoteMedia } from "./plain-types.js";
import type { Codec, MediaKind } from "./types.js";

/** What browsers do not have. */
const AMR: KnownCodec = { encodingName: "AMR", clockRate: 8000, channels: 1 };
/** For the others the original offers no goog-remb. */
const REMB_CODECS = new Set(["VP8", "VP9", "AV1"]);
/** What an answer repeats of the offered feedback (api.md B6). */
const ECHOED_FEEDBACK = new Set(["nack", "nack pli", "ccm fir", "goog-remb"]);

/** Names of the codecs to negotiate, as `opus/48000/2`, in the order of offers; undefined for all. */
export type PlainCodecNames = Readonly<Record<MediaKind, readonly string[] | undefined>>;

/** The codecs of one endpoint. */
export class PlainCatalogue {
  readonly #codecs: Readonly<Record<MediaKind, readonly KnownCodec[]>>;

  /** @throws RangeError naming the setting when one is not `<name>/<clock rate>[/<channels>]` */
  constructor(names: PlainCodecNames = { audio: undefined, video: undefined }) {
    this.#codecs = {
      audio: chosenCodecs("audio", [...KNOWN.audio, AMR], names.audio).filter(isNoHelper),
      video: chosenCodecs("video", KNOWN.video, names.video).filter(isNoHelper),
    };
  }

  /** Our codecs for an offer; dynamic payload types are taken from `nextPayloadType`. */
  offered(kind: MediaKind, nextPayloadType: () => number): PlainCodec[] {
    return this.#codecs[kind].map(
      ({ encodingName, clockRate, channels, fmtp, staticPayloadType }) => ({
        payloadType: staticPayloadType ?? nextPayloadType(),
        codec: encodingName.toUpperCase(),
        encodingName,
        clockRate,
        channels,
        parameters: parseFmtp(fmtp),
        fmtp,
        feedback: kind === "video" ? videoFeedback(encodingName) : [],
        isMapped: staticPayloadType === undefined,
      }),
    );
  }

  /** Those of the other side's codecs that we take, in its order; without feedback where the profile has none. */
  common({ line, mapped }: PlainRemoteMedia, kind: MediaKind): PlainCodec[] {
    const hasFeedback = line.protocol.endsWith("F");
    const isKnown = (codec: Codec): boolean =>
      this.#codecs[kind].some((known) => isKnownAs(known, kind, codec));
    return line.codecs.filter(isKnown).map(({ rtx: _, ...codec }) => ({
      ...codec,
      feedback: hasFeedback ? codec.feedback.filter((each) => ECHOED_FEEDBACK.has(each)) : [],
      isMapped: mapped.has(codec.payloadType),
    }));
  }
}

function isNoHelper({ isHelper }: KnownCodec): boolean {
  return isHelper !== true;
}

function videoFeedback(encodingName: string): string[] {
  const remb = REMB_CODECS.has(encodingName) ? ["goog-remb"] : [];
  return ["nack", "nack pli", ...remb, "ccm fir"];
}
