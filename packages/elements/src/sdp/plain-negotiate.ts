// Offer/answer (RFC 3264) for plain RTP: what is accepted, and which streams come out.
import { commonDirection } from "./agree.js";
import { MIRRORED, mediaKind } from "./answer.js";
import { findCrypto } from "./crypto-attribute.js";
import type { PlainCatalogue } from "./plain-codecs.js";
import type {
  AcceptedMedia,
  PlainLocalMedia,
  PlainLocalSession,
  PlainRemoteMedia,
  PlainRemoteSession,
  PlainStream,
  PlainTransport,
  Protection,
} from "./plain-types.js";
import type { DtlsSetup, HeaderExtension, MediaKind } from "./types.js";

const ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const OFFERED_EXTENSIONS: readonly HeaderExtension[] = [{ id: 3, uri: ABS_SEND_TIME }];
const FIRST_DYNAMIC_PAYLOAD_TYPE = 96;
const PLAIN_PROTOCOL = /^RTP\/AVPF?$/;
const SECURE_PROTOCOL = /^(UDP\/TLS\/)?RTP\/SAVPF?$/;

/** What is the same for all m-lines of an endpoint. */
export interface PlainEndpoint {
  readonly transport: PlainTransport;
  readonly catalogue: PlainCatalogue;
  /** Undefined: plain RTP. */
  readonly protection: Protection | undefined;
}

/** What an endpoint wants in its offer; the ports are 0 where none was free, absent where the medium is not wanted. */
export interface PlainOfferWishes {
  readonly ports: ReadonlyMap<MediaKind, number>;
  readonly bandwidthKbps: Readonly<Record<MediaKind, number>>;
}

/** Our offer: an m-line for each wanted medium. */
export function createPlainOffer(
  wishes: PlainOfferWishes,
  endpoint: PlainEndpoint,
): PlainLocalSession {
  let next = FIRST_DYNAMIC_PAYLOAD_TYPE;
  const media = [...wishes.ports].map(([kind, port]): PlainLocalMedia => {
    const codecs = endpoint.catalogue.offered(kind, () => next++);
    return {
      type: kind,
      protocol: endpoint.protection ? "RTP/SAVPF" : "RTP/AVPF",
      formats: codecs.map(({ payloadType }) => payloadType).join(" "),
      mid: `${kind}0`,
      accepted:
        port === 0
          ? undefined
          : offeredMedia({ kind, port, codecs }, wishes.bandwidthKbps[kind], endpoint),
    };
  });
  return { extmapAllowMixed: false, msidSemantic: undefined, media };
}

function offeredMedia(
  media: Pick<AcceptedMedia, "kind" | "port" | "codecs">,
  bandwidthKbps: number,
  { transport, protection }: PlainEndpoint,
): AcceptedMedia {
  return {
    ...media,
    rtcpMux: false,
    direction: "sendrecv",
    extensions: OFFERED_EXTENSIONS,
    ssrc: transport.ssrc[media.kind],
    setup: "actpass",
    isPassive: false,
    crypto: protection && { ...protection, tag: 1 },
    bandwidthKbps,
    repeated: {},
  };
}

/** The m-lines of an offer that can be accepted: the first one of each medium that has a codec, and a key if needed. */
export function acceptableMedia(
  offer: PlainRemoteSession,
  endpoint: PlainEndpoint,
): ReadonlyMap<MediaKind, PlainRemoteMedia> {
  const accepted = new Map<MediaKind, PlainRemoteMedia>();
  for (const media of offer.media) {
    const kind = mediaKind(media.line);
    if (kind !== undefined && !accepted.has(kind) && isAcceptable(media, kind, endpoint))
      accepted.set(kind, media);
  }
  return accepted;
}

function isAcceptable(
  media: PlainRemoteMedia,
  kind: MediaKind,
  { catalogue, protection }: PlainEndpoint,
): boolean {
  const { port, protocol } = media.line;
  if (port === 0 || catalogue.common(media, kind).length === 0) return false;
  if (protection === undefined) return PLAIN_PROTOCOL.test(protocol);
  return SECURE_PROTOCOL.test(protocol) && findCrypto(media.crypto, protection) !== undefined;
}

/**
 * Our answer. All m-lines keep their place; those without a port are rejected.
 * @param ports of the m-lines that acceptableMedia gave; 0 where none was free
 */
export function createPlainAnswer(
  offer: PlainRemoteSession,
  ports: ReadonlyMap<PlainRemoteMedia, number>,
  endpoint: PlainEndpoint,
): PlainLocalSession {
  const media = offer.media.map((remote): PlainLocalMedia => {
    const { type, protocol, formats, mid } = remote.line;
    const port = ports.get(remote) ?? 0;
    const accepted = port === 0 ? undefined : answeredMedia(remote, port, endpoint);
    return { type, protocol, formats, mid, accepted };
  });
  const { extmapAllowMixed, msidSemantic } = offer;
  return { extmapAllowMixed, msidSemantic, media };
}

function answeredMedia(
  remote: PlainRemoteMedia,
  port: number,
  { transport, catalogue, protection }: PlainEndpoint,
): AcceptedMedia | undefined {
  const kind = mediaKind(remote.line);
  if (kind === undefined) return undefined;
  const { line } = remote;
  const crypto = protection && findCrypto(remote.crypto, protection);
  return {
    kind,
    port,
    rtcpMux: line.rtcpMux,
    direction: MIRRORED[line.direction],
    codecs: catalogue.common(remote, kind),
    extensions: line.extensions.filter(({ uri }) => uri === ABS_SEND_TIME),
    ssrc: transport.ssrc[kind],
    setup: line.setup && answeredSetup(line.setup),
    isPassive: remote.isActive,
    crypto: protection && crypto && { ...protection, tag: crypto.tag },
    bandwidthKbps: 0,
    repeated: line.repeated,
  };
}

/** Means nothing without DTLS; answered because the original does. */
function answeredSetup(offered: DtlsSetup): DtlsSetup {
  return offered === "active" ? "passive" : "active";
}

/** The streams that both descriptions agree on, for native code. */
export function plainStreams(
  remote: PlainRemoteSession,
  local: PlainLocalSession,
  endpoint: PlainEndpoint,
): PlainStream[] {
  const usable = acceptableMedia(remote, endpoint);
  return local.media.flatMap(({ accepted, mid }, index) => {
    const theirs = remote.media[index];
    const isAgreed = accepted && theirs && usable.get(accepted.kind) === theirs;
    return isAgreed ? [plainStream(accepted, theirs, mid ?? String(index), endpoint)] : [];
  });
}

function plainStream(
  ours: AcceptedMedia,
  theirs: PlainRemoteMedia,
  mid: string,
  { catalogue, protection }: PlainEndpoint,
): PlainStream {
  const rtcpMux = ours.rtcpMux && theirs.line.rtcpMux;
  const isOurs = ({ uri }: HeaderExtension): boolean =>
    ours.extensions.some((extension) => extension.uri === uri);
  return {
    medium: ours.kind,
    mid,
    direction: commonDirection(ours.direction, theirs.line.direction),
    codecs: catalogue.common(theirs, ours.kind),
    remoteSsrcs: theirs.line.ssrcs,
    extensions: theirs.line.extensions.filter(isOurs),
    rtp: theirs.rtp,
    rtcp: rtcpMux ? theirs.rtp : theirs.rtcp,
    rtcpMux,
    bandwidthKbps: theirs.line.bandwidthKbps,
    crypto: protection && keys(protection, theirs),
  };
}

function keys(protection: Protection, theirs: PlainRemoteMedia): PlainStream["crypto"] {
  const crypto = findCrypto(theirs.crypto, protection);
  if (crypto === undefined) return undefined;
  const { suite, key, lifetime } = crypto;
  return { suite, outbound: protection.key, inbound: key, lifetime };
}
