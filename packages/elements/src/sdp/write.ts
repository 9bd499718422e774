// LocalSession to SDP text, in the shape that Kurento's clients know (api.md B6).
import { write } from "sdp-transform";
import type { MediaAttributes, SessionDescription } from "sdp-transform";
import type { Codec, LocalMedia, LocalSession, LocalTransport } from "./types.js";

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

/** Writes our description; `gathered` adds candidates and the default address to each accepted m-line. */
export function writeSession(
  session: LocalSession,
  transport: LocalTransport,
  gathered: GatheredCandidates = NOTHING_GATHERED,
): string {
  const bundled = session.media.filter((media) => !media.isRejected && media.mid !== undefined);
  const ip = gathered.destination?.ip ?? "0.0.0.0";
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
    ...(bundled.length > 0 && {
      groups: [{ type: "BUNDLE", mids: bundled.map((media) => media.mid).join(" ") }],
    }),
    ...semantic(session.msidSemantic),
    media: session.media.map((media) => writeMedia(media, transport, gathered)),
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
  transport: LocalTransport,
  gathered: GatheredCandidates,
): MediaLine {
  if (media.isRejected) return rejected(media);
  const port = gathered.destination?.port ?? 9;
  const ip = gathered.destination?.ip ?? "0.0.0.0";
  return {
    type: media.type,
    port,
    protocol: media.protocol,
    payloads: media.codecs.map((codec) => codec.payloadType).join(" "),
    connection: { version: ipVersion(ip), ip },
    ...(media.bandwidthKbps > 0 && { bandwidth: [{ type: "AS", limit: media.bandwidthKbps }] }),
    ...attributes(media, transport),
    rtcp: { port, netType: "IN", ipVer: ipVersion(ip), address: ip },
    ...candidateLines(gathered),
  };
}

function rejected(media: LocalMedia): MediaLine {
  return {
    type: media.type,
    port: 0,
    protocol: media.protocol,
    payloads: media.rejectedFormats,
    rtp: [],
    fmtp: [],
    direction: "inactive",
    ...(media.mid !== undefined && { mid: media.mid }),
  };
}

function attributes(media: LocalMedia, transport: LocalTransport): MediaAttributes & MediaFormats {
  return {
    ...formats(media.codecs),
    ext: media.extensions.map(({ id, uri }) => ({ value: id, uri })),
    ...(media.mid !== undefined && { mid: media.mid }),
    direction: media.direction,
    rtcpMux: "rtcp-mux",
    setup: media.setup,
    ...(media.ssrc !== undefined && {
      ssrcs: [{ id: media.ssrc, attribute: "cname", value: transport.cname }],
    }),
    iceUfrag: transport.ice.ufrag,
    icePwd: transport.ice.pwd,
    fingerprint: { type: transport.fingerprint.algorithm, hash: transport.fingerprint.value },
    ...repeated(media),
  };
}

type MediaFormats = Pick<MediaLine, "rtp" | "fmtp" | "rtcpFb">;

function formats(codecs: readonly Codec[]): MediaFormats {
  return {
    rtp: codecs.map((codec) => ({
      payload: codec.payloadType,
      codec: codec.encodingName,
      rate: codec.clockRate,
      ...(codec.channels > 1 && { encoding: codec.channels }),
    })),
    fmtp: codecs.flatMap((codec) =>
      codec.fmtp === undefined ? [] : [{ payload: codec.payloadType, config: codec.fmtp }],
    ),
    rtcpFb: codecs.flatMap((codec) => codec.feedback.map((kind) => feedback(codec, kind))),
  };
}

function feedback(codec: Codec, kind: string): NonNullable<MediaLine["rtcpFb"]>[number] {
  const [type = "", subtype] = kind.split(" ");
  return { payload: codec.payloadType, type, ...(subtype !== undefined && { subtype }) };
}

function repeated(media: LocalMedia): Partial<MediaLine> {
  const { framerate, ptime, maxptime } = media.repeated;
  return {
    ...(framerate !== undefined && { framerate }),
    ...(ptime !== undefined && { ptime }),
    ...(maxptime !== undefined && { maxptime }),
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
