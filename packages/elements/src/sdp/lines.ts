// The lines of a description that negotiation reads. Whatever else a stranger writes never reaches the parser.

/** Largest description taken, in characters; a browser's is about 8,000. */
export const MAX_SDP_LENGTH = 200_000;
/** Most lines; a browser with ten m-lines needs about 1,000. */
export const MAX_SDP_LINES = 5_000;
/** Longest line, in characters; the longest of browsers are H265 parameter sets with about 1,000. */
export const MAX_SDP_LINE_LENGTH = 4_096;

/** The text is no usable SDP; `message` is Kurento's for code 40201, and what is wrong. */
export class SdpSyntaxError extends Error {
  override readonly name = "SdpSyntaxError";
}

/** Makes the error for a description that cannot be read. */
export function parseError(what: string): SdpSyntaxError {
  return new SdpSyntaxError(`Error parsing SDP: ${what}`);
}

const LINE_TYPES = new Set("vostcbm");
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...["group", "msid-semantic", "extmap-allow-mixed", "mid", "msid", "bundle-only"],
  ...["sendrecv", "sendonly", "recvonly", "inactive", "rtcp", "rtcp-mux", "rtcp-rsize"],
  ...["ice-lite", "ice-ufrag", "ice-pwd", "candidate", "end-of-candidates"],
  ...["fingerprint", "setup", "crypto", "sctp-port", "sctpmap", "max-message-size"],
  ...["rtpmap", "fmtp", "rtcp-fb", "extmap", "ssrc", "ssrc-group", "rid", "simulcast"],
  ...["framerate", "lang", "maxptime", "ptime", "quality"],
]);

/**
 * The lines that are read, in their order.
 * @throws SdpSyntaxError when the text, a line or the number of lines is too large
 */
export function readLines(text: string): string {
  if (text.length > MAX_SDP_LENGTH) throw parseError(`more than ${MAX_SDP_LENGTH} characters`);
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > MAX_SDP_LINES) throw parseError(`more than ${MAX_SDP_LINES} lines`);
  const long = lines.findIndex((line) => line.length > MAX_SDP_LINE_LENGTH);
  if (long >= 0) {
    throw parseError(`line ${long + 1} has more than ${MAX_SDP_LINE_LENGTH} characters`);
  }
  const read = lines.filter(isRead).join("\r\n");
  // What is read from a text keeps it in memory: better the one that is kept anyway than a copy.
  return text.trimEnd() === read ? text : read;
}

function isRead(line: string): boolean {
  if (line[1] !== "=") return false;
  if (line[0] !== "a") return LINE_TYPES.has(line[0] ?? "");
  const [name = ""] = line.slice(2).split(":", 1);
  return ATTRIBUTES.has(name.trimEnd());
}
