// Where a WebRtcEndpoint finds its candidates: from its properties to what native code is given.
import type { NativeMap } from "@kms/core";
import { isIP, isIPv4 } from "node:net";

/** The properties that say so, as clients set them; "" is unset. */
export interface IceSettings {
  readonly networkInterfaces: string;
  readonly iceTcp: boolean;
  readonly stunServerAddress: string;
  readonly stunServerPort: number;
  readonly turnUrl: string;
  readonly externalIPv4: string;
  readonly externalIPv6: string;
}

/** What native code is given, and which settings are of no use. */
export interface GatherPlan {
  readonly options: NativeMap;
  /** Sentences, each naming a property and its value (never a password). */
  readonly problems: readonly string[];
}

const TURN_URL =
  /^(?:turns?:)?(?<username>[^:@]+):(?<password>.+)@(?<ip>[0-9.]+):(?<port>\d{1,5})(?:\?transport=(?<transport>udp|tcp|tls))?$/;
const MAX_PORT = 65_535;

/** Reads `user:password@IPv4:port[?transport=udp|tcp|tls]`; undefined when it is none. */
export function parseTurnUrl(url: string): NativeMap | undefined {
  const { username, password, ip, port, transport } = TURN_URL.exec(url)?.groups ?? {};
  if (username === undefined || password === undefined || ip === undefined) return undefined;
  if (!isIPv4(ip) || !isPort(Number(port))) return undefined;
  return { ip, port: Number(port), transport: transport ?? "udp", username, password };
}

/** A property of no use is left out, and is named among the problems. */
export function planGathering(settings: IceSettings): GatherPlan {
  const problems: string[] = [];
  const ip = (name: string, value: string): string | null => {
    if (value !== "" && isIP(value) === 0) problems.push(`${name} '${value}' is no IP address`);
    return isIP(value) === 0 ? null : value;
  };
  const options = {
    tcp: settings.iceTcp,
    interfaces: settings.networkInterfaces
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
    externalIPv4: ip("externalIPv4", settings.externalIPv4),
    externalIPv6: ip("externalIPv6", settings.externalIPv6),
    stunServer: stunServer(ip("stunServerAddress", settings.stunServerAddress), settings, problems),
    turnServer: turnServer(settings.turnUrl, problems),
  };
  return { options, problems };
}

function stunServer(
  ip: string | null,
  settings: IceSettings,
  problems: string[],
): NativeMap | null {
  if (ip === null) return null;
  const port = settings.stunServerPort;
  if (isPort(port)) return { ip, port };
  problems.push(`stunServerPort ${port} is no port`);
  return null;
}

function turnServer(url: string, problems: string[]): NativeMap | null {
  if (url === "") return null;
  const server = parseTurnUrl(url);
  if (server === undefined) {
    const shown = url.slice(url.lastIndexOf("@") + 1);
    problems.push(`turnUrl '${shown}' is not user:password@IPv4:port[?transport=udp|tcp|tls]`);
  }
  return server ?? null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= MAX_PORT;
}
