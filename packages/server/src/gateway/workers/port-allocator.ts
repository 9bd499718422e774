import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Gives out ports of a range, each once, for UDP and TCP alike. */
export class PortAllocator {
  readonly #min: number;
  readonly #max: number;
  readonly #isFree: (port: number) => Promise<boolean>;
  readonly #given = new Set<number>();

  /** @param isFree tells whether a port can be bound now; by default by trying */
  constructor(min: number, max: number, isFree: (port: number) => Promise<boolean> = canBind) {
    this.#min = min;
    this.#max = max;
    this.#isFree = isFree;
  }

  /**
   * The same ports again, as long as they can be bound; others in place of those that cannot.
   * @throws Error when the range has not enough free ports
   */
  async ensure(count: number, previous: readonly number[] = []): Promise<number[]> {
    const ports: number[] = [];
    for (let index = 0; index < count; index += 1)
      ports.push(await this.#ensureOne(previous[index]));
    return ports;
  }

  async #ensureOne(previous: number | undefined): Promise<number> {
    if (previous !== undefined && (await this.#isFree(previous))) return previous;
    for (let port = this.#min; port <= this.#max; port += 1) {
      if (this.#given.has(port)) continue;
      // Taken before it is tried: several slots look at the same time.
      this.#given.add(port);
      if (await this.#isFree(port)) return port;
      this.#given.delete(port);
    }
    throw new Error(`no free UDP and TCP port from ${this.#min} to ${this.#max}`);
  }
}

/** True when nobody else has the port, on any address. */
async function canBind(port: number): Promise<boolean> {
  return (await canBindUdp(port)) && (await canBindTcp(port));
}

function canBindTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

function canBindUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const done = (free: boolean): void => void socket.close(() => resolve(free));
    socket.once("error", () => done(false));
    socket.bind({ port, exclusive: true }, () => done(true));
  });
}
