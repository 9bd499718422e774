// The formats of an m-line: payload types, their codecs, what repairs them.
import { parseFmtp } from "./codecs.js";
import type { ParsedMedia } from "./read-media.js";
import type { Codec } from "./types.js";

// RFC 3551 6: payload types that need no `a=rtpmap`.
const STATIC_CODECS: Readonly<Record<number, string>> = { 0: "PCMU", 8: "PCMA" };
const RTX = "RTX";

/** The codecs of an audio or video m-line, in its order. Retransmission formats are told with what they repeat. */
export function readCodecs(media: ParsedMedia): Codec[] {
  if (media.type !== "audio" && media.type !== "video") return [];
  const numbers = String(media.payloads ?? "").split(" ");
  const all = [...new Set(numbers.filter((text) => text !== "").map(Number))]
    .filter(isPayloadType)
    .flatMap((payloadType) => readCodec(media, payloadType));
  const repeated = new Map(all.filter(isRtx).map((rtx) => [repeats(rtx), rtx]));
  return all
    .filter((codec) => !isRtx(codec))
    .map((codec) => withRtx(codec, repeated.get(codec.payloadType)));
}

function isPayloadType(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 127;
}

function isRtx({ codec }: Codec): boolean {
  return codec === RTX;
}

/** RFC 4588 8.6: the payload type whose packets it repeats. */
function repeats(rtx: Codec): number {
  return Number(rtx.parameters["apt"] ?? NaN);
}

function withRtx(codec: Codec, rtx: Codec | undefined): Codec {
  const fits = rtx !== undefined && rtx.clockRate === codec.clockRate;
  return fits ? { ...codec, rtx: rtx.payloadType } : codec;
}

function readCodec(media: ParsedMedia, payloadType: number): Codec[] {
  const rtp = media.rtp.find((line) => line.payload === payloadType);
  const encodingName = rtp?.codec ?? STATIC_CODECS[payloadType];
  if (encodingName === undefined) return [];
  const name = String(encodingName);
  const fmtp = media.fmtp.find((line) => line.payload === payloadType)?.config;
  const isAudio = media.type === "audio";
  return [
    {
      payloadType,
      codec: name.toUpperCase(),
      encodingName: name,
      clockRate: rtp?.rate ?? 8000,
      channels: isAudio ? Number(rtp?.encoding ?? 1) : 0,
      parameters: parseFmtp(fmtp === undefined ? undefined : String(fmtp)),
      fmtp: fmtp === undefined ? undefined : String(fmtp),
      feedback: readFeedback(media, payloadType),
    },
  ];
}

function readFeedback(media: ParsedMedia, payloadType: number): string[] {
  const kinds = (media.rtcpFb ?? [])
    .filter((line) => String(line.payload) === "*" || Number(line.payload) === payloadType)
    .map((line) => (line.subtype ? `${line.type} ${line.subtype}` : String(line.type)));
  return [...new Set(kinds)];
}
