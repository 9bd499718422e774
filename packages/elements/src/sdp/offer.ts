// Our offers, and what an endpoint brings along into any negotiation.
import type { CodecCatalogue } from "./codecs.js";
import { offeredExtensions } from "./extensions.js";
import { leastFree, streamSsrcs } from "./streams.js";
import type {
  Codec,
  DataChannelParameters,
  Direction,
  LocalMedia,
  LocalSession,
  LocalTransport,
  MediaKind,
} from "./types.js";

/** What an endpoint negotiates at all. */
export interface Capabilities {
  readonly codecs: CodecCatalogue;
  /** How many m-lines of a kind are offered and accepted; 0 for none. */
  readonly mediaCount: Readonly<Record<MediaKind, number>>;
  /** Our end of data channels; undefined when the endpoint has none. */
  readonly data: DataChannelParameters | undefined;
}

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

/** What m-lines of an offer are made of. */
interface Ingredients {
  readonly wishes: OfferWishes;
  readonly capabilities: Capabilities;
  readonly transport: LocalTransport;
}

interface LineIngredients extends Ingredients {
  /** Whether the offer has `a=extmap-allow-mixed`. */
  readonly allowMixed: boolean;
}

const KINDS: readonly MediaKind[] = ["audio", "video"];

/**
 * Our offer: the audio, video and data m-lines that are wished, bundled. With a `previous` description its m-lines keep
 * their places, mids and payload types (RFC 3264 8); those no longer wished have port 0, and their places are used again.
 */
export function createOffer(
  ingredients: Ingredients,
  origin: SessionOrigin,
  previous?: LocalSession,
): LocalSession {
  const media = [...(previous?.media ?? [])];
  const allowMixed = previous?.extmapAllowMixed ?? true;
  const kept = new Set<number>();
  for (const type of wantedTypes(ingredients)) {
    const place = placeFor(type, media, kept);
    media[place] = offeredLine(type, media[place], media, { ...ingredients, allowMixed });
    kept.add(place);
  }
  return {
    ...origin,
    isBundled: true,
    extmapAllowMixed: allowMixed,
    msidSemantic: previous?.msidSemantic,
    media: media.map((line, index) => (kept.has(index) ? line : withdrawn(line))),
  };
}

function wantedTypes({ wishes, capabilities }: Ingredients): string[] {
  const count = (kind: MediaKind): number => (wishes[kind] ? capabilities.mediaCount[kind] : 0);
  const types: string[] = KINDS.flatMap((kind) => Array.from({ length: count(kind) }, () => kind));
  return capabilities.data === undefined ? types : [...types, "application"];
}

/** The place of an m-line that goes on, else that of a rejected one of its kind, else a new one at the end. */
function placeFor(type: string, media: readonly LocalMedia[], kept: ReadonlySet<number>): number {
  const isFree = (line: LocalMedia, index: number): boolean =>
    line.type === type && !kept.has(index);
  const live = media.findIndex((line, index) => isFree(line, index) && !line.isRejected);
  if (live >= 0) return live;
  const rejected = media.findIndex(isFree);
  return rejected >= 0 ? rejected : media.length;
}

function offeredLine(
  type: string,
  old: LocalMedia | undefined,
  media: readonly LocalMedia[],
  ingredients: LineIngredients,
): LocalMedia {
  const live = media.filter((line) => !line.isRejected);
  const line = old !== undefined && !old.isRejected ? old : newLine(type, media, live, ingredients);
  const { direction } = ingredients.wishes;
  return { ...line, direction, setup: "actpass", bandwidthKbps: bandwidth(type, ingredients) };
}

function bandwidth(type: string, { wishes }: Ingredients): number {
  if (type === "application") return 0;
  return type === "audio" ? wishes.audioBandwidthKbps : wishes.videoBandwidthKbps;
}

function newLine(
  type: string,
  media: readonly LocalMedia[],
  live: readonly LocalMedia[],
  { capabilities, transport, allowMixed }: LineIngredients,
): LocalMedia {
  const line = { ...emptyLine(type), mid: freeMid(type, media), isRejected: false };
  if (type === "application") {
    return { ...line, protocol: "UDP/DTLS/SCTP", data: capabilities.data };
  }
  const kind = type === "audio" ? "audio" : "video";
  const twins = live.filter((other) => other.type === type);
  const withRtx = transport.rtxSsrc !== undefined;
  const codecs =
    twins[0]?.codecs ?? capabilities.codecs.offered(kind, freePayloadTypes(live), withRtx);
  const stream = leastFree(new Set(twins.map((other) => other.stream)));
  return {
    ...line,
    stream,
    codecs,
    extensions: offeredExtensions({ kind, allowMixed, others: live }),
    ...streamSsrcs([transport], kind, { transport: 0, stream }, codecs),
    rtcpReducedSize: true,
  };
}

function emptyLine(type: string): LocalMedia {
  return {
    type,
    protocol: "UDP/TLS/RTP/SAVPF",
    formats: "webrtc-datachannel",
    isRejected: true,
    stream: undefined,
    transport: 0,
    mid: undefined,
    direction: "inactive",
    codecs: [],
    extensions: [],
    ssrc: undefined,
    rtxSsrc: undefined,
    rtcpReducedSize: false,
    simulcast: [],
    data: undefined,
    setup: "actpass",
    bandwidthKbps: 0,
    repeated: {},
  };
}

/** RFC 3264 8.2: what is no longer wanted keeps its place with port 0. */
function withdrawn(line: LocalMedia): LocalMedia {
  const formats = line.codecs.map((codec) => codec.payloadType).join(" ") || line.formats;
  return { ...emptyLine(line.type), protocol: line.protocol, formats, mid: line.mid };
}

function freeMid(type: string, media: readonly LocalMedia[]): string {
  const inUse = new Set(media.map((line) => line.mid));
  let number = 0;
  while (inUse.has(`${type}${number}`)) number += 1;
  return `${type}${number}`;
}

/** RFC 8843 9.1: in a bundle a payload type means one codec. Numbers below 64 serve when the dynamic ones are used up. */
function freePayloadTypes(live: readonly LocalMedia[]): () => number {
  const inUse = new Set(live.flatMap((line) => line.codecs).flatMap(payloadTypes));
  const free = [...range(96, 127), ...range(35, 63)].filter((number) => !inUse.has(number));
  return () => {
    const number = free.shift();
    if (number === undefined) throw new RangeError("no payload type is left");
    return number;
  };
}

function payloadTypes({ payloadType, rtx }: Codec): number[] {
  return rtx === undefined ? [payloadType] : [payloadType, rtx];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
