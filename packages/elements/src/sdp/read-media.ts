// One m-line of the other side.
import type { MediaDescription, SessionDescription } from "sdp-transform";
import { parseError } from "./lines.js";
import { readCodecs } from "./read-codecs.js";
import { readSimulcast, readSsrcs } from "./read-streams.js";
import type {
  DataChannelParameters,
  DtlsSetup,
  Fingerprint,
  HeaderExtension,
  IceParameters,
  RemoteMedia,
  RepeatedAttributes,
} from "./types.js";

export type ParsedMedia = SessionDescription["media"][number];
type Shared = Pick<
  MediaDescription,
  "iceUfrag" | "icePwd" | "fingerprint" | "setup" | "ext" | "direction"
>;

const MAX_CANDIDATES = 256;
const MAX_PORT = 65_535;
// RFC 8841 6: what is meant where nothing is said.
const DEFAULT_MAX_MESSAGE_SIZE = 65_536;
const DEFAULT_SCTP_PORT = 5_000;
const VERBATIM = /^(lang|quality):/;

/**
 * Reads an m-line; `index` is its place, for messages.
 * @throws SdpSyntaxError when it lacks its fields or goes beyond a limit
 */
export function readMedia(
  media: ParsedMedia,
  session: SessionDescription,
  index: number,
): RemoteMedia {
  checkFields(media, index);
  return {
    type: String(media.type), // the parser makes numbers of what looks like one
    port: media.port,
    protocol: String(media.protocol),
    formats: String(media.payloads ?? ""),
    mid: media.mid === undefined ? undefined : String(media.mid),
    direction: media.direction ?? session.direction ?? "sendrecv",
    codecs: readCodecs(media),
    extensions: readExtensions(media, session, index),
    ...readSsrcs(media),
    simulcast: readSimulcast(media),
    bandwidthKbps: readBandwidth(media),
    rtcpMux: media.rtcpMux !== undefined,
    rtcpReducedSize: media.rtcpRsize !== undefined,
    ...readTransport(media, session),
    data: readData(media),
    repeated: readRepeated(media),
  };
}

function checkFields({ type, port, protocol, candidates = [] }: ParsedMedia, index: number): void {
  const isWhole = Boolean(type) && Boolean(protocol) && Number.isInteger(port) && port <= MAX_PORT;
  if (!isWhole) throw parseError(`m-line ${index} cannot be read`);
  if (candidates.length > MAX_CANDIDATES) {
    throw parseError(`m-line ${index} has more than ${MAX_CANDIDATES} candidates`);
  }
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

/** RFC 8285 5, 7: ids are 1 to 14 with one byte, to 255 with two; 4096 and above are only proposals. */
function readExtensions(media: Shared, session: Shared, index: number): HeaderExtension[] {
  const read = [...(session.ext ?? []), ...(media.ext ?? [])]
    .filter(({ value }) => value >= 1 && value <= 255)
    .map(({ value, uri }) => ({ id: value, uri: String(uri) }));
  const uris = new Map<number, string>();
  for (const { id, uri } of read) {
    if ((uris.get(id) ?? uri) !== uri) {
      throw parseError(`m-line ${index}: extmap ${id} is there twice`);
    }
    uris.set(id, uri);
  }
  return [...uris].map(([id, uri]) => ({ id, uri }));
}

/** RFC 3890 6.2: TIAS is in bit/s and without packet headers, and counts before AS, which is in kbit/s. */
function readBandwidth(media: ParsedMedia): number {
  const limit = (type: string): number =>
    Number(media.bandwidth?.find((line) => line.type === type)?.limit ?? 0);
  const kbps = Math.ceil(limit("TIAS") / 1000) || limit("AS");
  return Number.isSafeInteger(kbps) && kbps > 0 ? Math.min(kbps, 2 ** 31 - 1) : 0;
}

function readData(media: ParsedMedia): DataChannelParameters | undefined {
  if (media.type !== "application" || media.sctpmap !== undefined) return undefined;
  const port = Number(media.sctpPort ?? DEFAULT_SCTP_PORT);
  const maxMessageSize = Number(media.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE);
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) return undefined;
  return { port, maxMessageSize: Number.isSafeInteger(maxMessageSize) ? maxMessageSize : 0 };
}

function readRepeated(media: ParsedMedia): RepeatedAttributes {
  const verbatim = (media.invalid ?? [])
    .map(({ value }) => String(value))
    .filter((value) => VERBATIM.test(value));
  const { ptime, maxptime } = media;
  const framerate = media.framerate === undefined ? undefined : Number(media.framerate);
  return { framerate, ptime, maxptime, verbatim };
}

type ParsedCandidate = NonNullable<ParsedMedia["candidates"]>[number];

function candidateText(line: ParsedCandidate): string {
  const related = line.raddr ? ` raddr ${line.raddr} rport ${line.rport ?? 0}` : "";
  const tcp = line.tcptype ? ` tcptype ${line.tcptype}` : "";
  const head = `${line.foundation} ${line.component} ${line.transport} ${line.priority}`;
  return `candidate:${head} ${line.ip} ${line.port} typ ${line.type}${related}${tcp}`;
}
