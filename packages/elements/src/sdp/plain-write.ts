// PlainLocalSession to SDP text, in the shape that Kurento's clients know (api.md B6, B9).
import { isIPv6 } from "node:net";
import { write } from "sdp-transform";
import type { SessionDescription } from "sdp-transform";
import { writeKey } from "./crypto-attribute.js";
import type {
  AcceptedMedia,
  PlainLocalMedia,
  PlainLocalSession,
  PlainTransport,
} from "./plain-types.js";
import type { Codec } from "./types.js";

type MediaLine = SessionDescription["media"][number];

/** Identity of our description (`o=` line). */
export interface PlainOrigin {
  readonly sessionId: string;
  readonly version: number;
}

/** Writes our description. */
export function writePlainSession(
  session: PlainLocalSession,
  { ip, cname }: PlainTransport,
  { sessionId, version }: PlainOrigin,
): string {
  const ipVer = isIPv6(ip) ? 6 : 4;
  return write({
    version: 0,
    origin: {
      username: "-",
      sessionId,
      sessionVersion: version,
      netType: "IN",
      ipVer,
      address: ip,
    },
    name: "Kurento Media Server",
    connection: { version: ipVer, ip },
    timing: { start: 0, stop: 0 },
    ...(session.extmapAllowMixed && { extmapAllowMixed: "extmap-allow-mixed" }),
    ...semantic(session.msidSemantic),
    media: session.media.map((media) => writeMedia(media, cname)),
  });
}

function semantic(text: string | undefined): Pick<SessionDescription, "msidSemantic"> {
  if (text === undefined) return {};
  const [name = "", ...token] = text.split(" ");
  return { msidSemantic: { semantic: name, token: token.join(" ") } };
}

function writeMedia(
  { type, protocol, formats, mid, accepted }: PlainLocalMedia,
  cname: string,
): MediaLine {
  const named = mid === undefined ? {} : { mid };
  if (accepted) return { type, protocol, ...named, ...acceptedLines(accepted, cname) };
  return {
    type,
    port: 0,
    protocol,
    payloads: formats,
    rtp: [],
    fmtp: [],
    direction: "inactive",
    ...named,
  };
}

function acceptedLines(media: AcceptedMedia, cname: string): Omit<MediaLine, "type" | "protocol"> {
  return {
    port: media.port,
    payloads: media.codecs.map(({ payloadType }) => payloadType).join(" "),
    ...(media.bandwidthKbps > 0 && { bandwidth: [{ type: "AS", limit: media.bandwidthKbps }] }),
    ...codecLines(media),
    ext: media.extensions.map(({ id, uri }) => ({ value: id, uri })),
    direction: media.direction,
    ...(media.setup !== undefined && { setup: media.setup }),
    rtcp: { port: media.rtcpMux ? media.port : media.port + 1 },
    ...(media.rtcpMux && { rtcpMux: "rtcp-mux" }),
    ...cryptoLines(media),
    ...(media.isPassive && { invalid: [{ value: "direction:passive" }] }),
    ssrcs: [{ id: media.ssrc, attribute: "cname", value: cname }],
    ...repeated(media),
  };
}

function codecLines({ codecs }: AcceptedMedia): Pick<MediaLine, "rtp" | "fmtp" | "rtcpFb"> {
  return {
    rtp: codecs
      .filter(({ isMapped }) => isMapped)
      .map(({ payloadType, encodingName, clockRate, channels }) => ({
        payload: payloadType,
        codec: encodingName,
        rate: clockRate,
        ...(channels > 1 && { encoding: channels }),
      })),
    fmtp: codecs.flatMap(({ payloadType, fmtp }) =>
      fmtp === undefined ? [] : [{ payload: payloadType, config: fmtp }],
    ),
    rtcpFb: codecs.flatMap((codec) => codec.feedback.map((kind) => feedbackLine(codec, kind))),
  };
}

function feedbackLine(codec: Codec, kind: string): NonNullable<MediaLine["rtcpFb"]>[number] {
  const [type = "", subtype] = kind.split(" ");
  return { payload: codec.payloadType, type, ...(subtype !== undefined && { subtype }) };
}

function cryptoLines({ crypto }: AcceptedMedia): Pick<MediaLine, "crypto"> {
  if (crypto === undefined) return {};
  return { crypto: [{ id: crypto.tag, suite: crypto.suite, config: writeKey(crypto.key) }] };
}

function repeated({ repeated: { framerate, ptime, maxptime } }: AcceptedMedia): Partial<MediaLine> {
  return {
    ...(framerate !== undefined && { framerate }),
    ...(ptime !== undefined && { ptime }),
    ...(maxptime !== undefined && { maxptime }),
  };
}
