// SDP text to RemoteSession. sdp-transform does the syntax; what it lets through unchecked is checked here, because
// the text comes from a stranger.
import { parse } from "sdp-transform";
import type { SessionDescription } from "sdp-transform";
import { parseError, readLines, SdpSyntaxError } from "./lines.js";
import { readMedia } from "./read-media.js";
import type { RemoteMedia, RemoteSession } from "./types.js";

export { MAX_SDP_LENGTH, SdpSyntaxError } from "./lines.js";

const MAX_MEDIA = 64;

/**
 * Reads a session description.
 * @throws SdpSyntaxError "Invalid SDP" when it has no `v=` line, "Error parsing SDP: ..." when it is wrong otherwise.
 */
export function readSession(text: string): RemoteSession {
  const parsed = parsedText(text);
  const bundle = bundledMids(parsed);
  const media = parsed.media.map((line, index) => readMedia(line, parsed, index));
  checkMids(media);
  return {
    sessionId: String(parsed.origin?.sessionId ?? ""),
    version: readVersion(String(parsed.origin?.sessionVersion ?? "")),
    bundle,
    isIceLite: parsed.icelite !== undefined,
    extmapAllowMixed: parsed.extmapAllowMixed !== undefined,
    msidSemantic: msidSemantic(parsed),
    media: withBundledTransport(media, bundle),
  };
}

function parsedText(text: string): SessionDescription {
  const lines = readLines(text);
  let parsed: SessionDescription;
  try {
    parsed = parse(lines);
  } catch {
    throw parseError("a line cannot be read");
  }
  if (parsed.version === undefined) throw new SdpSyntaxError("Invalid SDP");
  if (parsed.media.length > MAX_MEDIA) throw parseError(`more than ${MAX_MEDIA} m-lines`);
  return parsed;
}

/** RFC 8866 5.2: decimal digits, in practice up to 64 bits; what is not counts as the first version. */
function readVersion(text: string): bigint {
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
}

function bundledMids(parsed: SessionDescription): string[] {
  const group = parsed.groups?.find((candidate) => candidate.type === "BUNDLE");
  return group
    ? String(group.mids)
        .split(" ")
        .filter((mid) => mid !== "")
    : [];
}

function msidSemantic(parsed: SessionDescription): string | undefined {
  const semantic = parsed.msidSemantic;
  return semantic === undefined ? undefined : `${semantic.semantic} ${semantic.token}`.trim();
}

function checkMids(media: readonly RemoteMedia[]): void {
  const seen = new Set<string>();
  for (const { mid } of media) {
    if (mid !== undefined && seen.has(mid)) throw parseError(`mid '${mid}' is there twice`);
    if (mid !== undefined) seen.add(mid);
  }
}

/** RFC 8843 9.2: m-lines of a bundle may leave what is common to the first of them, which then holds for all. */
function withBundledTransport(
  media: readonly RemoteMedia[],
  bundle: readonly string[],
): RemoteMedia[] {
  const isBundled = ({ mid }: RemoteMedia): boolean => mid !== undefined && bundle.includes(mid);
  const first = media.find((line) => isBundled(line) && line.ice !== undefined);
  if (first === undefined) return [...media];
  const { ice, fingerprints, setup, candidates, endOfCandidates, rtcpMux } = first;
  const common = { ice, fingerprints, setup, candidates, endOfCandidates, rtcpMux };
  return media.map((line) =>
    isBundled(line) && line.ice === undefined ? { ...line, ...common } : line,
  );
}
