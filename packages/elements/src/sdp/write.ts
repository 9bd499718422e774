// LocalSession to SDP text, in the shape that Kurento's clients know (api.md B6).
import { write } from "sdp-transform";
import type { SessionDescription } from "sdp-transform";
import type {
  Codec,
  DataChannelParameters,
  LocalMedia,
  LocalSession,
  LocalTransport,
  SimulcastLayer,
} from "./types.js";

type MediaLine = SessionDescription["media"][number];

/** The default destination that a description names once candidates are known. */
export interface DefaultDestination {
  readonly ip: string;
  readonly port: number;
}

/** Candidates gathered so far, as `candidate:...` texts. */
export interface GatheredCandidates {
  readonly candidates: readonly string[];
  readonly isDone: boolean;
  readonly destination: DefaultDestination | undefined;
}

const NOTHING_GATHERED: GatheredCandidates = {
  candidates: [],
  isDone: false,
  destination: undefined,
};

/** A transport of ours and what it has gathered. */
export interface DescribedTransport {
  readonly transport: LocalTransport;
  readonly gathered?: GatheredCandidates | undefined;
}

/** Writes our description; each accepted m-line gets the candidates and the default address of its transport. */
export function writeSession(
  session: LocalSession,
  transports: readonly [DescribedTransport, ...DescribedTransport[]],
): string {
  const isBundled = ({ isRejected, mid, transport }: LocalMedia): boolean =>
    !isRejected && mid !== undefined && transport === 0;
  const bundled = session.media.filter(isBundled);
  const [first] = transports;
  const ip = first.gathered?.destination?.ip ?? "0.0.0.0";
  const description: SessionDescription = {
    version: 0,
    origin: {
      username: "-",
      sessionId: session.sessionId,
      sessionVersion: session.version,
      netType: "IN",
      ipVer: ipVersion(ip),
      address: ip,
    },
    name: "Kurento Media Server",
    connection: { version: ipVersion(ip), ip },
    timing: { start: 0, stop: 0 },
    ...(session.extmapAllowMixed && { extmapAllowMixed: "extmap-allow-mixed" }),
    ...(session.isBundled &&
      bundled.length > 0 && {
        groups: [{ type: "BUNDLE", mids: bundled.map((media) => media.mid).join(" ") }],
      }),
    ...semantic(session.msidSemantic),
    media: session.media.map((media) => writeMedia(media, transports[media.transport] ?? first)),
  };
  return write(description);
}

function ipVersion(ip: string): 4 | 6 {
  return ip.includes(":") ? 6 : 4;
}

function semantic(text: string | undefined): Pick<SessionDescription, "msidSemantic"> {
  if (text === undefined) return {};
  const [name = "", ...token] = text.split(" ");
  return { msidSemantic: { semantic: name, token: token.join(" ") } };
}

function writeMedia(
  media: LocalMedia,
  { transport, gathered = NOTHING_GATHERED }: DescribedTransport,
): MediaLine {
  if (media.isRejected) return rejected(media);
  const port = gathered.destination?.port ?? 9;
  const ip = gathered.destination?.ip ?? "0.0.0.0";
  return {
    type: media.type,
    port,
    protocol: media.protocol,
    payloads: media.data ? media.formats : payloadTypes(media.codecs),
    connection: { version: ipVersion(ip), ip },
    ...(media.bandwidthKbps > 0 && { bandwidth: [{ type: "AS", limit: media.bandwidthKbps }] }),
    ...(media.data ? dataAttributes(media.data) : rtpAttributes(media, transport)),
    ...(!media.data && { rtcp: { port, netType: "IN", ipVer: ipVersion(ip), address: ip } }),
    ...transportAttributes(media, transport),
    ...candidateLines(gathered),
  };
}

function rejected(media: LocalMedia): MediaLine {
  return {
    type: media.type,
    port: 0,
    protocol: media.protocol,
    payloads: media.formats,
    rtp: [],
    fmtp: [],
    direction: "inactive",
    ...(media.mid !== undefined && { mid: media.mid }),
  };
}

function transportAttributes(media: LocalMedia, transport: LocalTransport): Partial<MediaLine> {
  return {
    ...(media.mid !== undefined && { mid: media.mid }),
    setup: media.setup,
    iceUfrag: transport.ice.ufrag,
    icePwd: transport.ice.pwd,
    fingerprint: { type: transport.fingerprint.algorithm, hash: transport.fingerprint.value },
  };
}

function dataAttributes({ port, maxMessageSize }: DataChannelParameters): Pieces {
  return { rtp: [], fmtp: [], sctpPort: port, maxMessageSize };
}

function rtpAttributes(media: LocalMedia, { cname }: LocalTransport): Pieces {
  return {
    ...formats(media.codecs),
    ext: media.extensions.map(({ id, uri }) => ({ value: id, uri })),
    direction: media.direction,
    rtcpMux: "rtcp-mux",
    ...(media.rtcpReducedSize && { rtcpRsize: "rtcp-rsize" }),
    ...sources(media, cname),
    ...simulcast(media.simulcast),
    ...repeated(media),
  };
}

/** `a=msid` (RFC 8830) makes one stream of audio and video, and one track of a source and its retransmissions. */
function sources(
  { type, stream = 0, ssrc, rtxSsrc }: LocalMedia,
  cname: string,
): Partial<MediaLine> {
  const all = [ssrc, rtxSsrc].filter((one) => one !== undefined);
  if (all.length === 0) return {};
  const ssrcs = all.map((id) => ({ id, attribute: "cname", value: cname }));
  const group = { semantics: "FID", ssrcs: all.join(" ") };
  return {
    msid: [{ id: cname, appdata: stream === 0 ? type : `${type}${stream}` }],
    ssrcs,
    ...(all.length > 1 && { ssrcGroups: [group] }),
  };
}

function simulcast(layers: readonly SimulcastLayer[]): Partial<MediaLine> {
  if (layers.length === 0) return {};
  const list = layers.map(({ rid, isPaused }) => (isPaused ? `~${rid}` : rid)).join(";");
  return {
    rids: layers.map(({ rid, restrictions }) => ({
      id: rid,
      direction: "recv",
      ...(restrictions && { params: restrictions }),
    })),
    simulcast: { dir1: "recv", list1: list },
  };
}

/** Payload types of codecs, each with its retransmission format behind it, as they stand in the m-line. */
function payloadTypes(codecs: readonly Codec[]): string {
  return codecs
    .flatMap(({ payloadType, rtx }) => (rtx === undefined ? [payloadType] : [payloadType, rtx]))
    .join(" ");
}

type Pieces = MediaFormats & Partial<MediaLine>;
type MediaFormats = Pick<MediaLine, "rtp" | "fmtp" | "rtcpFb">;
type RtpMap = MediaLine["rtp"][number];

function formats(codecs: readonly Codec[]): MediaFormats {
  return {
    rtp: codecs.flatMap((codec) => [rtpMap(codec), ...rtxMap(codec)]),
    fmtp: codecs.flatMap(formatParameters),
    rtcpFb: codecs.flatMap((codec) => codec.feedback.map((kind) => feedback(codec, kind))),
  };
}

function rtpMap({ payloadType, encodingName, clockRate, channels }: Codec): RtpMap {
  const map = { payload: payloadType, codec: encodingName, rate: clockRate };
  return channels > 1 ? { ...map, encoding: channels } : map;
}

function rtxMap({ rtx, clockRate }: Codec): RtpMap[] {
  return rtx === undefined ? [] : [{ payload: rtx, codec: "rtx", rate: clockRate }];
}

function formatParameters({ payloadType, fmtp, rtx }: Codec): MediaLine["fmtp"] {
  return [
    ...(fmtp === undefined ? [] : [{ payload: payloadType, config: fmtp }]),
    ...(rtx === undefined ? [] : [{ payload: rtx, config: `apt=${payloadType}` }]),
  ];
}

function feedback(codec: Codec, kind: string): NonNullable<MediaLine["rtcpFb"]>[number] {
  const [type = "", subtype] = kind.split(" ");
  return { payload: codec.payloadType, type, ...(subtype !== undefined && { subtype }) };
}

function repeated(media: LocalMedia): Partial<MediaLine> {
  const { framerate, ptime, maxptime, verbatim = [] } = media.repeated;
  return {
    ...(framerate !== undefined && { framerate }),
    ...(ptime !== undefined && { ptime }),
    ...(maxptime !== undefined && { maxptime }),
    ...(verbatim.length > 0 && { invalid: verbatim.map((value) => ({ value })) }),
  };
}

function candidateLines(gathered: GatheredCandidates): Partial<MediaLine> {
  if (gathered.candidates.length === 0) return {};
  return {
    candidates: gathered.candidates.map(candidateLine),
    ...(gathered.isDone && { endOfCandidates: "end-of-candidates" }),
  };
}

function candidateLine(text: string): NonNullable<MediaLine["candidates"]>[number] {
  const [foundation = "", component, transport = "", priority, ip = "", port, , type = ""] = text
    .replace(/^candidate:/, "")
    .split(" ");
  return {
    foundation,
    component: Number(component),
    transport,
    priority: Number(priority),
    ip,
    port: Number(port),
    type,
  };
}
