// Offer/answer (RFC 3264) on RemoteSession and LocalSession: what is accepted, and which streams come out.
import { answered, isSupported, offeredCodecs } from "./codecs.js";
import type {
  Direction,
  DtlsSetup,
  HeaderExtension,
  LocalMedia,
  LocalSession,
  LocalTransport,
  MediaKind,
  NegotiatedStream,
  RemoteMedia,
  RemoteSession,
} from "./types.js";

/** RTP header extensions that the router reads or writes. */
const ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const SUPPORTED_EXTENSIONS = new Set([ABS_SEND_TIME, TRANSPORT_CC, MID]);
const OFFERED_EXTENSIONS: readonly HeaderExtension[] = [
  { id: 3, uri: ABS_SEND_TIME },
  { id: 4, uri: MID },
  { id: 5, uri: TRANSPORT_CC },
];

const WEBRTC_PROTOCOL = /^(UDP\/TLS\/)?RTP\/SAVPF?$/;
const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
};
const FIRST_DYNAMIC_PAYLOAD_TYPE = 96;

/** What an endpoint wants in its offer. */
export interface OfferWishes {
  readonly audio: boolean;
  readonly video: boolean;
  readonly direction: Direction;
  readonly audioBandwidthKbps: number;
  readonly videoBandwidthKbps: number;
}

/** Identity of our description (`o=` line). */
export interface SessionOrigin {
  readonly sessionId: string;
  readonly version: number;
}

/** Our offer: one audio and one video m-line as wished, bundled. */
export function createOffer(
  wishes: OfferWishes,
  transport: LocalTransport,
  origin: SessionOrigin,
): LocalSession {
  let next = FIRST_DYNAMIC_PAYLOAD_TYPE;
  const kinds: MediaKind[] = [];
  if (wishes.audio) kinds.push("audio");
  if (wishes.video) kinds.push("video");
  const media = kinds.map((kind) => offeredMedia(kind, wishes, transport, () => next++));
  return { ...origin, extmapAllowMixed: false, msidSemantic: undefined, media };
}

function offeredMedia(
  kind: MediaKind,
  wishes: OfferWishes,
  transport: LocalTransport,
  nextPayloadType: () => number,
): LocalMedia {
  return {
    type: kind,
    protocol: "UDP/TLS/RTP/SAVPF",
    rejectedFormats: "",
    isRejected: false,
    mid: `${kind}0`,
    direction: wishes.direction,
    codecs: offeredCodecs(kind, nextPayloadType),
    extensions: OFFERED_EXTENSIONS,
    ssrc: transport.ssrc[kind],
    setup: "actpass",
    bandwidthKbps: kind === "audio" ? wishes.audioBandwidthKbps : wishes.videoBandwidthKbps,
    repeated: {},
  };
}

/** Our answer to `offer`: the first usable audio and video m-line; all others keep their place with port 0. */
export function createAnswer(
  offer: RemoteSession,
  transport: LocalTransport,
  origin: SessionOrigin,
): LocalSession {
  const accepted = acceptedMedia(offer);
  const media = offer.media.map((line) =>
    accepted.has(line) ? answeredMedia(line, transport) : rejectedMedia(line),
  );
  return {
    ...origin,
    extmapAllowMixed: offer.extmapAllowMixed,
    msidSemantic: offer.msidSemantic,
    media,
  };
}

/** One transport carries everything, so a second m-line is taken only from the bundle of the first. */
function acceptedMedia(offer: RemoteSession): Set<RemoteMedia> {
  const accepted = new Set<RemoteMedia>();
  for (const line of offer.media) {
    const sameKind = [...accepted].some((other) => other.type === line.type);
    if (sameKind || !isUsable(line, offer)) continue;
    if (accepted.size === 0 || [...accepted].every((other) => isBundled(offer, other, line))) {
      accepted.add(line);
    }
  }
  return accepted;
}

function isUsable(line: RemoteMedia, session: RemoteSession): boolean {
  const kind = mediaKind(line);
  if (kind === undefined || !WEBRTC_PROTOCOL.test(line.protocol)) return false;
  if (line.port === 0 && !session.bundle.includes(line.mid ?? "")) return false;
  const hasTransport = line.ice !== undefined && line.fingerprints.length > 0 && line.rtcpMux;
  return hasTransport && line.codecs.some((codec) => isSupported(kind, codec));
}

function isBundled(session: RemoteSession, one: RemoteMedia, other: RemoteMedia): boolean {
  return [one, other].every(({ mid }) => mid !== undefined && session.bundle.includes(mid));
}

function mediaKind(line: RemoteMedia): MediaKind | undefined {
  return line.type === "audio" || line.type === "video" ? line.type : undefined;
}

function answeredMedia(line: RemoteMedia, transport: LocalTransport): LocalMedia {
  const kind = line.type === "audio" ? "audio" : "video";
  return {
    type: line.type,
    protocol: line.protocol,
    rejectedFormats: line.formats,
    isRejected: false,
    mid: line.mid,
    direction: MIRRORED[line.direction],
    codecs: line.codecs.filter((codec) => isSupported(kind, codec)).map(answered),
    extensions: line.extensions.filter(({ uri }) => SUPPORTED_EXTENSIONS.has(uri)),
    ssrc: transport.ssrc[kind],
    setup: answeredSetup(line.setup),
    bandwidthKbps: 0,
    repeated: line.repeated,
  };
}

function rejectedMedia(line: RemoteMedia): LocalMedia {
  return {
    type: line.type,
    protocol: line.protocol,
    rejectedFormats: line.formats,
    isRejected: true,
    mid: line.mid,
    direction: "inactive",
    codecs: [],
    extensions: [],
    ssrc: undefined,
    setup: "active",
    bandwidthKbps: 0,
    repeated: {},
  };
}

/** RFC 5763 5: active wherever the offer allows it, as the original does. */
export function answeredSetup(offered: DtlsSetup | undefined): DtlsSetup {
  return offered === "active" ? "passive" : "active";
}

/** The m-line whose transport carries the bundle, or undefined when nothing was accepted. */
export function transportMedia(
  remote: RemoteSession,
  local: LocalSession,
): RemoteMedia | undefined {
  return remote.media.find((line, index) => line.ice && isAgreed(line, local.media[index]));
}

function isAgreed(line: RemoteMedia, ours: LocalMedia | undefined): boolean {
  if (ours === undefined || ours.isRejected || mediaKind(line) === undefined) return false;
  return commonCodecs(line, ours).length > 0;
}

/** The streams that both descriptions agree on, for native code. */
export function negotiatedStreams(remote: RemoteSession, local: LocalSession): NegotiatedStream[] {
  return local.media.flatMap((ours, index) => {
    const line = remote.media[index];
    const kind = line && mediaKind(line);
    if (!line || !kind || !isAgreed(line, ours)) return [];
    return [
      {
        medium: kind,
        mid: ours.mid ?? String(index),
        direction: commonDirection(ours.direction, line.direction),
        codecs: commonCodecs(line, ours),
        remoteSsrcs: line.ssrcs,
        extensions: line.extensions.filter(({ uri }) => offers(ours, uri)),
      },
    ];
  });
}

function offers(ours: LocalMedia, uri: string): boolean {
  return ours.extensions.some((extension) => extension.uri === uri);
}

/** In the remote side's order and with its payload types (RFC 3264 6.1, 7). */
function commonCodecs(line: RemoteMedia, ours: LocalMedia): LocalMedia["codecs"] {
  return line.codecs
    .filter((codec) => ours.codecs.some((own) => isSameCodec(own, codec)))
    .map(answered);
}

function isSameCodec(
  own: LocalMedia["codecs"][number],
  other: LocalMedia["codecs"][number],
): boolean {
  return (
    own.codec === other.codec &&
    own.clockRate === other.clockRate &&
    own.channels === other.channels
  );
}

function commonDirection(ours: Direction, theirs: Direction): Direction {
  const sends = ours.includes("send") && MIRRORED[theirs].includes("send");
  const receives = ours.includes("recv") && MIRRORED[theirs].includes("recv");
  if (sends && receives) return "sendrecv";
  if (sends) return "sendonly";
  return receives ? "recvonly" : "inactive";
}
