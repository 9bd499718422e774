// Our answers (RFC 3264 6): which m-lines of an offer are accepted, and how.
import { answered, isMediaCodec } from "./codecs.js";
import { answeredExtensions, canTellLayers } from "./extensions.js";
import type { Capabilities, SessionOrigin } from "./offer.js";
import { leastFree, streamSsrcs } from "./streams.js";
import type { Place } from "./streams.js";
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
  /** Our side of DTLS on each transport, which a renegotiation keeps (RFC 8842 5.5). */
  readonly setups: ReadonlyMap<number, DtlsSetup>;
}

/** What answers are made of. */
interface Ingredients {
  readonly capabilities: Capabilities;
  /** As many as {@link placesOf} names. */
  readonly transports: readonly LocalTransport[];
}

/** And what the whole offer says. */
interface Parts extends Ingredients {
  readonly allowMixed: boolean;
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
 * them. All others keep their place with port 0. What the offer bundles shares a transport, every other m-line has its own.
 * @throws SdpRefusedError for Plan B
 */
export function createAnswer(
  offer: RemoteSession,
  ingredients: Ingredients,
  origin: SessionOrigin,
  settled?: Settled,
): LocalSession {
  const { extmapAllowMixed, msidSemantic } = offer;
  const parts = { ...ingredients, allowMixed: extmapAllowMixed };
  const places = placesOf(offer, ingredients.capabilities, settled);
  const media = offer.media.map((line) => {
    const place = places.get(line);
    if (place === undefined) return rejectedMedia(line);
    return acceptedMedia(line, place, parts, settled?.setups.get(place.transport));
  });
  return { ...origin, isBundled: offer.bundle.length > 0, extmapAllowMixed, msidSemantic, media };
}

/**
 * The m-lines of an offer that are accepted, and where their media goes.
 * @throws SdpRefusedError for Plan B
 */
export function placesOf(
  offer: RemoteSession,
  capabilities: Capabilities,
  settled?: Settled,
): ReadonlyMap<RemoteMedia, Place> {
  refusePlanB(offer);
  const before = new Map(
    offer.media.map((line, index) => [line, settled?.local.media[index] ?? undefined]),
  );
  const streams = acceptedLines(offer, capabilities, (line) => before.get(line)?.stream);
  const transports = transportsOf(offer, [...streams.keys()], (line) => {
    const known = before.get(line);
    return known?.isRejected === false ? known.transport : undefined;
  });
  return new Map(
    [...streams].map(([line, stream]) => {
      const isMedia = mediaKind(line) !== undefined;
      return [line, { transport: transports.get(line) ?? 0, stream: isMedia ? stream : undefined }];
    }),
  );
}

/** Plan B put several tracks into one m-line; nothing in an answer could tell which of them are taken. */
function refusePlanB(offer: RemoteSession): void {
  const index = offer.media.findIndex((line) => line.trackCount > 1);
  if (index < 0) return;
  throw new SdpRefusedError(
    `m-line ${index} has ${offer.media[index]?.trackCount ?? 0} tracks (Plan B); offer one m-line for each track`,
  );
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

type NumberOf = (line: RemoteMedia) => number | undefined;

/** The m-lines that are accepted, each with its number among those of its type. */
function acceptedLines(
  offer: RemoteSession,
  capabilities: Capabilities,
  streamOf: NumberOf,
): ReadonlyMap<RemoteMedia, number> {
  const usable = offer.media.filter((line) => isUsable(line, offer, capabilities));
  const rank = (line: RemoteMedia): number => {
    if (line.direction === "inactive") return 2;
    return streamOf(line) === undefined ? 1 : 0;
  };
  const { audio, video } = capabilities.mediaCount;
  const counts = { audio, video, application: 1 };
  const accepted = Object.entries(counts).flatMap(([type, count]) => {
    const best = usable
      .filter((line) => line.type === type)
      .sort((one, other) => rank(one) - rank(other));
    return numbered(best.slice(0, count), streamOf);
  });
  return new Map(accepted);
}

/** The bundle goes over the first transport; without one the first m-line does. */
function transportsOf(
  { media, bundle }: RemoteSession,
  accepted: readonly RemoteMedia[],
  transportOf: NumberOf,
): ReadonlyMap<RemoteMedia, number> {
  const lines = media.filter((line) => accepted.includes(line));
  const bundled = lines.filter(({ mid }) => mid !== undefined && bundle.includes(mid));
  const others = lines.filter((line) => !bundled.includes(line));
  const alone = numbered(others, transportOf, new Set(bundled.map(() => 0)));
  return new Map([...bundled.map((line): [RemoteMedia, number] => [line, 0]), ...alone]);
}

/** An m-line that goes on keeps its number; the others get the least that are free. */
function numbered(
  lines: readonly RemoteMedia[],
  numberOf: NumberOf,
  taken: ReadonlySet<number> = new Set(),
): [RemoteMedia, number][] {
  const given = new Set(taken);
  const known = new Set([...taken, ...lines.map(numberOf)]);
  return lines.map((line) => {
    const before = numberOf(line);
    const stays = before !== undefined && !given.has(before);
    const number = stays ? before : leastFree(known);
    for (const set of [given, known]) set.add(number);
    return [line, number];
  });
}

function acceptedMedia(
  line: RemoteMedia,
  place: Place,
  ingredients: Parts,
  currentSetup: DtlsSetup | undefined,
): LocalMedia {
  const base = { ...rejectedMedia(line), ...place, isRejected: false };
  const setup = currentSetup ?? answeredSetup(line.setup);
  const kind = mediaKind(line);
  if (kind === undefined) return { ...base, setup, data: answeredData(line, ingredients) };
  const accepted = { ...base, setup, direction: MIRRORED[line.direction] };
  return { ...accepted, ...answeredStream(line, kind, place, ingredients) };
}

type Stream = Pick<
  LocalMedia,
  "codecs" | "extensions" | "ssrc" | "rtxSsrc" | "rtcpReducedSize" | "simulcast" | "repeated"
>;

function answeredStream(
  line: RemoteMedia,
  kind: MediaKind,
  place: Place,
  { capabilities, transports, allowMixed }: Parts,
): Stream {
  const [first] = transports; // they can all do the same
  const withRtx = first?.rtxSsrc !== undefined;
  const codecs = supportedCodecs(line, kind, capabilities).map((one) => answered(one, withRtx));
  const simulcast = first?.simulcast ? answeredSimulcast(line, codecs) : [];
  return {
    codecs,
    extensions: answeredExtensions(line.extensions, {
      simulcast: simulcast.length > 0,
      allowMixed,
    }),
    ...streamSsrcs(transports, kind, place, codecs),
    rtcpReducedSize: line.rtcpReducedSize,
    simulcast,
    repeated: line.repeated,
  };
}

/** RFC 8853 5.3.2: the layers that we take. Restrictions are repeated, to payload types as far as we know them. */
function answeredSimulcast(line: RemoteMedia, codecs: readonly Codec[]): SimulcastLayer[] {
  const isSent = line.direction.startsWith("send");
  if (!isSent || !canTellLayers(line.extensions)) return [];
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
    transport: 0,
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
