// SDP text to PlainRemoteSession: what read.ts reads, and what only plain RTP has.
import { isIP, isIPv6 } from "node:net";
import { readCrypto } from "./crypto-attribute.js";
import type { Destination, PlainRemoteMedia, PlainRemoteSession } from "./plain-types.js";
import { readSession } from "./read.js";
import type { RemoteMedia } from "./types.js";

/** "Discard": who has no address yet names it (RFC 4145 4.1). */
const DISCARD_PORT = 9;
const UNSPECIFIED = new Set(["0.0.0.0", "::"]);

/** The lines of one part of a description, by their first letter. */
type Section = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a description for an endpoint whose sockets are of one address family.
 * @throws SdpSyntaxError as readSession
 */
export function readPlainSession(text: string, useIpv6: boolean): PlainRemoteSession {
  const { extmapAllowMixed, msidSemantic, media } = readSession(text);
  const [session = new Map(), ...sections] = readSections(text);
  const read = media.map((line, index) =>
    readMedia(line, sections[index] ?? new Map(), session, useIpv6),
  );
  return { extmapAllowMixed, msidSemantic, media: read };
}

/** The session's part, then one for each m-line. */
function readSections(text: string): readonly Section[] {
  const sections = [new Map<string, string[]>()];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [letter = "", value = ""] = [line.slice(0, 1), line.slice(2).trim()];
    if (line.startsWith("m=")) sections.push(new Map());
    const current = sections.at(-1);
    current?.set(letter, [...(current.get(letter) ?? []), value]);
  }
  return sections;
}

function attributes(section: Section, name: string): string[] {
  const prefix = `${name}:`;
  return (section.get("a") ?? [])
    .filter((value) => value.startsWith(prefix))
    .map((value) => value.slice(prefix.length).trim());
}

function readMedia(
  line: RemoteMedia,
  section: Section,
  session: Section,
  useIpv6: boolean,
): PlainRemoteMedia {
  const isActive = attributes(section, "direction").includes("active");
  const ip = isActive
    ? undefined
    : usableIp(section.get("c")?.[0] ?? session.get("c")?.[0], useIpv6);
  const rtp = line.port === DISCARD_PORT ? undefined : destination(ip, line.port);
  return {
    line,
    mapped: new Set(attributes(section, "rtpmap").map((value) => Number(value.split(" ")[0]))),
    rtp,
    rtcp: rtp && rtcpDestination(rtp, attributes(section, "rtcp")[0], useIpv6),
    isActive,
    crypto: attributes(section, "crypto").flatMap((value) => readCrypto(value) ?? []),
  };
}

/** The address of "IN IP4 192.0.2.1/127"; undefined for names, other families and what is no address yet. */
function usableIp(connection: string | undefined, useIpv6: boolean): string | undefined {
  const ip = connection?.split(/\s+/)[2]?.split("/")[0] ?? "";
  if (isIP(ip) === 0 || UNSPECIFIED.has(ip) || isIPv6(ip) !== useIpv6) return undefined;
  return ip;
}

function destination(ip: string | undefined, port: number): Destination | undefined {
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65535;
  return ip !== undefined && isPort ? { ip, port } : undefined;
}

/** RFC 3605: `a=rtcp:53020 [IN IP4 192.0.2.1]`; the port above RTP's otherwise. */
function rtcpDestination(
  rtp: Destination,
  attribute: string | undefined,
  useIpv6: boolean,
): Destination | undefined {
  if (attribute === undefined) return destination(rtp.ip, rtp.port + 1);
  const [port, ...connection] = attribute.split(/\s+/);
  const ip = connection.length > 0 ? usableIp(connection.join(" "), useIpv6) : rtp.ip;
  return destination(ip, Number(port));
}
