import { once } from "node:events";
import type { Server } from "node:net";

/** Where to listen. */
export interface BindOptions {
  /** 0 = any free one. */
  readonly port: number;
  /** IP address; `undefined` = all. */
  readonly address: string | undefined;
  /** Whether all addresses include those of IPv6. */
  readonly ipv6: boolean;
  readonly backlog: number;
}

/**
 * Makes the server listen. Without an address: on IPv6, which takes IPv4 along, or on IPv4 where the system has no IPv6.
 * @throws Error when the address cannot be bound
 */
export async function bind(server: Server, options: BindOptions): Promise<void> {
  const { address, ipv6, port, backlog } = options;
  if (address !== undefined || !ipv6)
    return listen(server, { port, backlog, host: address ?? "0.0.0.0" });
  try {
    await listen(server, { port, backlog, host: "::" });
  } catch (error) {
    if (!isNoIpv6(error)) throw error;
    await listen(server, { port, backlog, host: "0.0.0.0" });
  }
}

async function listen(
  server: Server,
  options: { port: number; backlog: number; host: string },
): Promise<void> {
  server.listen(options);
  await once(server, "listening");
}

function isNoIpv6(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes(String(error.code))
  );
}
