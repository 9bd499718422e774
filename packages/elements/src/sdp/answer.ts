// Our answers (RFC 3264 6): which m-lines of an offer are accepted, and how.
import { answered, isMediaCodec } from "./codecs.js";
import { answeredExtensions, canTellLayers } from "./extensions.js";
import type { Capabilities, SessionOrigin } from "./offer.js";
import { leastFree, streamSsrcs } from "./streams.js";
import { SdpRefusedError } from "./types.js";
import type {
  Codec,
  Direction,
  DtlsSetup,
  LocalMedia,
  LocalSession,
  LocalTransport,
  MediaKind,
  RemoteMedia,
  RemoteSession,
  SimulcastLayer,
} from "./types.js";

/** What an earlier negotiation of the same endpoint settled. */
export interface Settled {
  readonly local: LocalSession;
  /** Our side of DTLS, which a renegotiation keeps (RFC 8842 5.5). */
  readonly setup: DtlsSetup;
}

/** What answers are made of. */
interface Ingredients {
  readonly capabilities: Capabilities;
  readonly transport: LocalTransport;
}

const RTP_PROTOCOL = /^(UDP\/TLS\/)?RTP\/SAVPF?$/;
const DATA_PROTOCOL = /^((UDP|TCP)\/)?DTLS\/SCTP$/;
const DATA_FORMAT = "webrtc-datachannel";

/** The direction that goes with another one on the other side. */
export const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
};

/**
 * Our answer: m-lines of each kind, as many as are configured, each a stream of its own; data channels if the endpoint has
 * them. All others keep their place with port 0. One transport carries everything, so what is not bundled with the
 * first m-line is rejected.
 * @throws SdpRefusedError for Plan B
 */
export function createAnswer(
  offer: RemoteSession,
  ingredients: Ingredients,
  origin: SessionOrigin,
  settled?: Settled,
): LocalSession {
  refusePlanB(offer);
  const usable = usableLines(offer, ingredients.capabilities);
  const accepted = acceptedLines(offer, usable, ingredients.capabilities, settled);
  const media = offer.media.map((line) => {
    const stream = accepted.get(line);
    if (stream === undefined) return rejectedMedia(line);
    return acceptedMedia(line, stream, ingredients, settled?.setup);
  });
  const { extmapAllowMixed, msidSemantic } = offer;
  return { ...origin, isBundled: offer.bundle.length > 0, extmapAllowMixed, msidSemantic, media };
}

/** Plan B put several tracks into one m-line; nothing in an answer could tell which of them are taken. */
function refusePlanB(offer: RemoteSession): void {
  const index = offer.media.findIndex((line) => line.trackCount > 1);
  if (index < 0) return;
  throw new SdpRefusedError(
    `m-line ${index} has ${offer.media[index]?.trackCount ?? 0} tracks (Plan B); offer one m-line for each track`,
  );
}

function usableLines(offer: RemoteSession, capabilities: Capabilities): RemoteMedia[] {
  const usable = offer.media.filter((line) => isUsable(line, offer, capabilities));
  const bundled = usable.filter(({ mid }) => mid !== undefined && offer.bundle.includes(mid));
  return bundled.length > 0 ? bundled : usable.slice(0, 1);
}

function isUsable(line: RemoteMedia, session: RemoteSession, capabilities: Capabilities): boolean {
  if (line.port === 0 && !session.bundle.includes(line.mid ?? "")) return false;
  if (line.ice === undefined || line.fingerprints.length === 0) return false;
  const kind = mediaKind(line);
  if (kind === undefined) return capabilities.data !== undefined && isData(line);
  const isCarried = RTP_PROTOCOL.test(line.protocol) && line.rtcpMux;
  return (
    isCarried && supportedCodecs(line, kind, capabilities).some((one) => isMediaCodec(kind, one))
  );
}

/**
 * Whether the m-line is one of data channels.
 * @throws SdpRefusedError without a valid a=sctp-port (the syntax before RFC 8841); it says no more than the original
 */
function isData(line: RemoteMedia): boolean {
  if (line.type !== "application" || !DATA_PROTOCOL.test(line.protocol)) return false;
  if (line.data === undefined) throw new SdpRefusedError();
  return line.formats === DATA_FORMAT;
}

/** The kind of an m-line of audio or video. */
export function mediaKind(line: RemoteMedia): MediaKind | undefined {
  return line.type === "audio" || line.type === "video" ? line.type : undefined;
}

function supportedCodecs(line: RemoteMedia, kind: MediaKind, { codecs }: Capabilities): Codec[] {
  return line.codecs.filter((codec) => codecs.has(kind, codec));
}

/** The m-lines that are accepted, each with the number of its stream. */
type Accepted = ReadonlyMap<RemoteMedia, number>;

function acceptedLines(
  offer: RemoteSession,
  usable: readonly RemoteMedia[],
  { mediaCount }: Capabilities,
  settled: Settled | undefined,
): Accepted {
  const streamOf = (line: RemoteMedia): number | undefined =>
    settled?.local.media[offer.media.indexOf(line)]?.stream;
  const rank = (line: RemoteMedia): number => {
    if (line.direction === "inactive") return 2;
    return streamOf(line) === undefined ? 1 : 0;
  };
  const counts = { audio: mediaCount.audio, video: mediaCount.video, application: 1 };
  const accepted = Object.entries(counts).flatMap(([type, count]) => {
    const best = usable
      .filter((line) => line.type === type)
      .sort((one, other) => rank(one) - rank(other));
    return numbered(best.slice(0, count), streamOf);
  });
  return new Map(accepted);
}

/** An m-line that goes on keeps its stream; the others get the least that are free. */
function numbered(
  lines: readonly RemoteMedia[],
  streamOf: (line: RemoteMedia) => number | undefined,
): [RemoteMedia, number][] {
  const inUse = new Set(lines.map(streamOf));
  return lines.map((line) => {
    const stream = streamOf(line) ?? leastFree(inUse);
    inUse.add(stream);
    return [line, stream];
  });
}

function acceptedMedia(
  line: RemoteMedia,
  stream: number,
  ingredients: Ingredients,
  currentSetup: DtlsSetup | undefined,
): LocalMedia {
  const base = { ...rejectedMedia(line), isRejected: false };
  const setup = currentSetup ?? answeredSetup(line.setup);
  const kind = mediaKind(line);
  if (kind === undefined) return { ...base, setup, data: answeredData(line, ingredients) };
  const accepted = { ...base, setup, direction: MIRRORED[line.direction], stream };
  return { ...accepted, ...answeredStream(line, kind, stream, ingredients) };
}

type Stream = Pick<
  LocalMedia,
  "codecs" | "extensions" | "ssrc" | "rtxSsrc" | "rtcpReducedSize" | "simulcast" | "repeated"
>;

function answeredStream(
  line: RemoteMedia,
  kind: MediaKind,
  stream: number,
  { capabilities, transport }: Ingredients,
): Stream {
  const withRtx = transport.rtxSsrc !== undefined;
  const codecs = supportedCodecs(line, kind, capabilities).map((one) => answered(one, withRtx));
  const simulcast = answeredSimulcast(line, codecs, transport);
  return {
    codecs,
    extensions: answeredExtensions(line.extensions, simulcast.length > 0),
    ...streamSsrcs(transport, kind, stream, codecs),
    rtcpReducedSize: line.rtcpReducedSize,
    simulcast,
    repeated: line.repeated,
  };
}

/** RFC 8853 5.3.2: the layers that we take. Restrictions are repeated, to payload types as far as we know them. */
function answeredSimulcast(
  line: RemoteMedia,
  codecs: readonly Codec[],
  transport: LocalTransport,
): SimulcastLayer[] {
  const isSent = line.direction.startsWith("send");
  if (!transport.simulcast || !isSent || !canTellLayers(line.extensions)) return [];
  const known = new Set(codecs.map(({ payloadType }) => payloadType));
  return line.simulcast.flatMap((layer) => {
    const restrictions = withKnownFormats(layer.restrictions, known);
    return restrictions === "nothing" ? [] : [{ ...layer, restrictions }];
  });
}

/** Cuts `pt=` down to known payload types; "nothing" when none of them is left (RFC 8851 6.3). */
function withKnownFormats(
  restrictions: string | undefined,
  known: ReadonlySet<number>,
): string | undefined {
  const parts = restrictions?.split(";").map((part) => {
    if (!part.startsWith("pt=")) return part;
    const left = part
      .slice(3)
      .split(",")
      .filter((number) => known.has(Number(number)));
    return `pt=${left.join(",")}`;
  });
  return parts?.includes("pt=") ? "nothing" : parts?.join(";");
}

/** As in the original, one SCTP port serves both sides. */
function answeredData(line: RemoteMedia, { capabilities }: Ingredients): LocalMedia["data"] {
  const { data } = capabilities;
  return data && line.data && { ...data, port: line.data.port };
}

/** RFC 5763 5: active wherever the offer allows it, as the original does. */
function answeredSetup(offered: DtlsSetup | undefined): DtlsSetup {
  return offered === "active" ? "passive" : "active";
}

function rejectedMedia(line: RemoteMedia): LocalMedia {
  return {
    type: line.type,
    protocol: line.protocol,
    formats: line.formats,
    isRejected: true,
    stream: undefined,
    mid: line.mid,
    direction: "inactive",
    codecs: [],
    extensions: [],
    ssrc: undefined,
    rtxSsrc: undefined,
    rtcpReducedSize: false,
    simulcast: [],
    data: undefined,
    setup: "active",
    bandwidthKbps: 0,
    repeated: {},
  };
}
