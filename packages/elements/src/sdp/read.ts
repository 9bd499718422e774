// SDP text to RemoteSession. sdp-transform does the syntax; what it lets through unchecked is checked here, because
// the text comes from a stranger.
import { parse } from "sdp-transform";
import type { MediaDescription, SessionDescription } from "sdp-transform";
import { parseFmtp } from "./codecs.js";
import type {
  Codec,
  Direction,
  DtlsSetup,
  Fingerprint,
  HeaderExtension,
  IceParameters,
  RemoteMedia,
  RemoteSession,
} from "./types.js";

type ParsedMedia = SessionDescription["media"][number];
type Shared = Pick<
  MediaDescription,
  "iceUfrag" | "icePwd" | "fingerprint" | "setup" | "ext" | "direction"
>;

/** Largest description taken, in characters; a browser's is about 8,000. */
export const MAX_SDP_LENGTH = 200_000;
const MAX_MEDIA = 64;
const STATIC_CODECS: Readonly<Record<number, string>> = { 0: "PCMU", 8: "PCMA" };

/** The text is no usable SDP; `message` is Kurento's for code 40201. */
export class SdpSyntaxError extends Error {
  override readonly name = "SdpSyntaxError";
}

/**
 * Reads a session description.
 * @throws SdpSyntaxError "Invalid SDP" when it has no `v=` line, "Error parsing SDP" when it is wrong otherwise.
 */
export function readSession(text: string): RemoteSession {
  const parsed = parsedText(text);
  return {
    sessionId: String(parsed.origin?.sessionId ?? ""),
    version: Number(parsed.origin?.sessionVersion ?? 0),
    bundle: bundledMids(parsed),
    isIceLite: parsed.icelite !== undefined,
    extmapAllowMixed: parsed.extmapAllowMixed !== undefined,
    msidSemantic: msidSemantic(parsed),
    media: parsed.media.map((media) => readMedia(media, parsed)),
  };
}

function parsedText(text: string): SessionDescription {
  if (text.length > MAX_SDP_LENGTH) throw new SdpSyntaxError("Error parsing SDP");
  let parsed: SessionDescription;
  try {
    parsed = parse(text);
  } catch {
    throw new SdpSyntaxError("Error parsing SDP");
  }
  if (parsed.version === undefined) throw new SdpSyntaxError("Invalid SDP");
  if (parsed.media.length > MAX_MEDIA) throw new SdpSyntaxError("Error parsing SDP");
  return parsed;
}

function bundledMids(parsed: SessionDescription): string[] {
  const group = parsed.groups?.find((candidate) => candidate.type === "BUNDLE");
  return group
    ? String(group.mids)
        .split(" ")
        .filter((mid) => mid !== "")
    : [];
}

function msidSemantic(parsed: SessionDescription): string | undefined {
  const semantic = parsed.msidSemantic;
  return semantic === undefined ? undefined : `${semantic.semantic} ${semantic.token}`.trim();
}

function readMedia(media: ParsedMedia, session: SessionDescription): RemoteMedia {
  return {
    type: media.type,
    port: media.port,
    protocol: media.protocol,
    formats: String(media.payloads ?? ""),
    mid: media.mid === undefined ? undefined : String(media.mid),
    direction: direction(media, session),
    codecs: readCodecs(media),
    extensions: readExtensions(media, session),
    ssrcs: readSsrcs(media),
    rtcpMux: media.rtcpMux !== undefined,
    ...readTransport(media, session),
    sctpPort: number(media.sctpPort),
    repeated: { framerate: number(media.framerate), ptime: media.ptime, maxptime: media.maxptime },
  };
}

function readTransport(
  media: ParsedMedia,
  session: Shared,
): Pick<RemoteMedia, "ice" | "fingerprints" | "setup" | "candidates" | "endOfCandidates"> {
  return {
    ice: iceParameters(media) ?? iceParameters(session),
    fingerprints: fingerprints(media, session),
    setup: setup(media.setup ?? session.setup),
    candidates: (media.candidates ?? []).map(candidateText),
    endOfCandidates: media.endOfCandidates !== undefined,
  };
}

function number(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function direction(media: ParsedMedia, session: Shared): Direction {
  return media.direction ?? session.direction ?? "sendrecv";
}

function setup(value: string | undefined): DtlsSetup | undefined {
  return value === "actpass" || value === "active" || value === "passive" ? value : undefined;
}

function iceParameters(from: Shared): IceParameters | undefined {
  if (from.iceUfrag === undefined || from.icePwd === undefined) return undefined;
  return { ufrag: String(from.iceUfrag), pwd: String(from.icePwd) };
}

function fingerprints(media: Shared, session: Shared): Fingerprint[] {
  const found = media.fingerprint ?? session.fingerprint;
  return found ? [{ algorithm: String(found.type).toLowerCase(), value: String(found.hash) }] : [];
}

function readCodecs(media: ParsedMedia): Codec[] {
  if (media.type !== "audio" && media.type !== "video") return [];
  const numbers = String(media.payloads ?? "")
    .split(" ")
    .map(Number);
  return numbers.filter(isPayloadType).flatMap((payloadType) => readCodec(media, payloadType));
}

function isPayloadType(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 127;
}

function readCodec(media: ParsedMedia, payloadType: number): Codec[] {
  const rtp = media.rtp.find((line) => line.payload === payloadType);
  const encodingName = rtp?.codec ?? STATIC_CODECS[payloadType];
  if (encodingName === undefined) return [];
  const fmtp = media.fmtp.find((line) => line.payload === payloadType)?.config;
  const isAudio = media.type === "audio";
  return [
    {
      payloadType,
      codec: encodingName.toUpperCase(),
      encodingName,
      clockRate: rtp?.rate ?? 8000,
      channels: isAudio ? (rtp?.encoding ?? 1) : 0,
      parameters: parseFmtp(fmtp),
      fmtp,
      feedback: readFeedback(media, payloadType),
    },
  ];
}

function readFeedback(media: ParsedMedia, payloadType: number): string[] {
  return (media.rtcpFb ?? [])
    .filter((line) => String(line.payload) === "*" || Number(line.payload) === payloadType)
    .map((line) => (line.subtype ? `${line.type} ${line.subtype}` : line.type));
}

function readExtensions(media: Shared, session: Shared): HeaderExtension[] {
  return [...(session.ext ?? []), ...(media.ext ?? [])]
    .filter(({ value }) => value >= 1 && value <= 255)
    .map(({ value, uri }) => ({ id: value, uri: String(uri) }));
}

/** Primary SSRCs only: those which `a=ssrc-group:FID` names second are retransmissions. */
function readSsrcs(media: ParsedMedia): number[] {
  const retransmissions = new Set(
    (media.ssrcGroups ?? [])
      .filter((group) => group.semantics === "FID")
      .flatMap((group) => String(group.ssrcs).split(" ").slice(1).map(Number)),
  );
  const all = new Set((media.ssrcs ?? []).map((line) => Number(line.id)));
  return [...all].filter((ssrc) => ssrc > 0 && ssrc <= 0xffffffff && !retransmissions.has(ssrc));
}

type ParsedCandidate = NonNullable<ParsedMedia["candidates"]>[number];

function candidateText(line: ParsedCandidate): string {
  const related = line.raddr ? ` raddr ${line.raddr} rport ${line.rport ?? 0}` : "";
  const tcp = line.tcptype ? ` tcptype ${line.tcptype}` : "";
  const head = `${line.foundation} ${line.component} ${line.transport} ${line.priority}`;
  return `candidate:${head} ${line.ip} ${line.port} typ ${line.type}${related}${tcp}`;
}
