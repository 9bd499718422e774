// Which addresses are of the public Internet (IANA's registries of special-purpose addresses, RFC 6890).
import { lookup } from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";

const V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** What is not global unicast is private; of that, what carries IPv4 addresses or is for documents. */
const V6: readonly (readonly [string, number])[] = [
  ["::", 3],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["4000::", 2],
  ["8000::", 1],
];

// One list each: in a common one, every IPv4 address would be found as ::ffff:0:0/96.
const special = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, bits] of V4) special.ipv4.addSubnet(network, bits, "ipv4");
for (const [network, bits] of V6) special.ipv6.addSubnet(network, bits, "ipv6");

/** True for a numeric address that anybody on the Internet could reach. */
export function isPublic(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  return !special[family].check(address, family);
}

/** A host that must not be reached. */
export class PrivateHostError extends Error {}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** As `dns.lookup`, for connections: fails for a name of which any address is not public. */
export function lookupPublic(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) return found(error ?? new Error(host), []);
    if (!addresses.every(({ address }) => isPublic(address)))
      return found(new PrivateHostError(host), []);
    if (options.all === true) found(null, addresses);
    else found(null, first.address, first.family);
  });
}
