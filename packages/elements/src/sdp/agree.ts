// What a local and a remote description agree on, for native code.
import { MIRRORED, mediaKind } from "./answer.js";
import { answered } from "./codecs.js";
import { agreedExtensions, canTellLayers } from "./extensions.js";
import { hasRtx, numberIn } from "./streams.js";
import type {
  Codec,
  Direction,
  LocalMedia,
  LocalSession,
  NegotiatedStream,
  RemoteMedia,
  RemoteSession,
} from "./types.js";

/** An m-line on both sides. */
export interface AgreedLine {
  readonly ours: LocalMedia;
  readonly theirs: RemoteMedia;
}

/** The m-lines that both sides accepted: of each of our transports the first one, and what is bundled with it. */
export function agreedLines(remote: RemoteSession, local: LocalSession): AgreedLine[] {
  const all = local.media.flatMap((ours, index) => {
    const theirs = remote.media[index];
    return theirs && isAgreed(theirs, ours, remote) ? [{ ours, theirs }] : [];
  });
  return all.filter((line) => {
    const first = all.find(({ ours }) => ours.transport === line.ours.transport);
    return line === first || isBundled(remote, first, line);
  });
}

function isBundled(
  { bundle }: RemoteSession,
  one: AgreedLine | undefined,
  other: AgreedLine,
): boolean {
  return [one, other].every((line) => bundle.includes(line?.theirs.mid ?? ""));
}

function isAgreed(theirs: RemoteMedia, ours: LocalMedia, { bundle }: RemoteSession): boolean {
  if (ours.isRejected || theirs.type !== ours.type || theirs.ice === undefined) return false;
  if (theirs.port === 0 && !bundle.includes(theirs.mid ?? "")) return false;
  if (ours.data !== undefined) return theirs.data !== undefined;
  return commonCodecs(theirs, ours).length > 0;
}

/** The streams of the agreed m-lines; `allowMixed`: the remote description has `a=extmap-allow-mixed`. */
export function negotiatedStreams(
  lines: readonly AgreedLine[],
  allowMixed: boolean,
): NegotiatedStream[] {
  return lines.flatMap(({ ours, theirs }) => {
    const medium = mediaKind(theirs);
    if (medium === undefined || ours.stream === undefined) return [];
    const codecs = commonCodecs(theirs, ours);
    return [
      {
        medium,
        stream: ours.stream,
        transport: ours.transport,
        number: numberIn(ours.transport, ours.stream),
        mid: theirs.mid ?? ours.mid ?? "",
        direction: commonDirection(ours.direction, theirs.direction),
        codecs,
        remoteSsrcs: theirs.ssrcs,
        rtxSsrcs: hasRtx(codecs) ? theirs.rtxSsrcs : [],
        extensions: agreedExtensions(ours.extensions, theirs.extensions, allowMixed),
        rtcpReducedSize: ours.rtcpReducedSize && theirs.rtcpReducedSize,
        simulcastRids: receivedLayers(ours),
        bandwidthKbps: theirs.bandwidthKbps,
      },
    ];
  });
}

function receivedLayers(ours: LocalMedia): string[] | undefined {
  if (ours.simulcast.length === 0 || !canTellLayers(ours.extensions)) return undefined;
  return ours.simulcast.filter(({ isPaused }) => !isPaused).map(({ rid }) => rid);
}

/** In the remote side's order and with its payload types (RFC 3264 6.1, 7). */
function commonCodecs(theirs: RemoteMedia, ours: LocalMedia): Codec[] {
  return theirs.codecs.flatMap((codec) => {
    const own = ours.codecs.find((candidate) => isSameCodec(candidate, codec));
    return own ? [answered(codec, own.rtx !== undefined)] : [];
  });
}

function isSameCodec(own: Codec, other: Codec): boolean {
  return (
    own.codec === other.codec &&
    own.clockRate === other.clockRate &&
    own.channels === other.channels
  );
}

/** What both sides want, from our point of view. */
export function commonDirection(ours: Direction, theirs: Direction): Direction {
  const sends = ours.includes("send") && MIRRORED[theirs].includes("send");
  const receives = ours.includes("recv") && MIRRORED[theirs].includes("recv");
  if (sends && receives) return "sendrecv";
  if (sends) return "sendonly";
  return receives ? "recvonly" : "inactive";
}
