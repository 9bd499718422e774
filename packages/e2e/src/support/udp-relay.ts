// A UDP relay between one client and one server that delays, loses, reorders and narrows, by a seed.
import { type RemoteInfo, type Socket, createSocket } from "node:dgram";
import { once } from "node:events";

/** What a relay does to the datagrams of one direction. */
export interface Link {
  /** One-way delay in ms. */
  readonly delayMs: number;
  /** Share of datagrams that are lost, 0..1. */
  readonly loss: number;
  /** Share of datagrams that come up to 10 ms later than they should, 0..1. */
  readonly reorder: number;
  /** kbit/s; 0: no limit. What would wait longer than 300 ms is lost. */
  readonly rateKbps: number;
}

export const PERFECT: Link = { delayMs: 0, loss: 0, reorder: 0, rateKbps: 0 };

const LONGEST_QUEUE_MS = 300;
const REORDER_MS = 10;

/** A small seeded generator (mulberry32): numbers from 0 up to, not including, 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One direction. */
class Pipe {
  link: Link = PERFECT;
  passed = 0;
  lost = 0;
  readonly #random: () => number;
  #freeAt = 0;

  constructor(seed: number) {
    this.#random = generator(seed);
  }

  /** Calls `send` when the datagram has come through, if it does. */
  pass(bytes: number, send: () => void): void {
    const { loss, delayMs, reorder, rateKbps } = this.link;
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now);
    const isLost = this.#random() < loss;
    if (isLost || this.#freeAt - now > LONGEST_QUEUE_MS) {
      this.lost++;
      return;
    }
    this.passed++;
    if (rateKbps > 0) this.#freeAt += (bytes * 8) / rateKbps;
    const late = this.#random() < reorder ? this.#random() * REORDER_MS : 0;
    const wait = this.#freeAt - now + delayMs + late;
    if (wait < 1) send();
    else setTimeout(send, wait);
  }
}

/** Relays between a client, which sends to `port`, and a server. */
export class UdpRelay {
  readonly toServer: Pipe;
  readonly toClient: Pipe;
  readonly #inner: Socket;
  readonly #outer: Socket;
  #client: RemoteInfo | undefined;
  #closed = false;

  private constructor(outer: Socket, inner: Socket, seed: number) {
    this.#outer = outer;
    this.#inner = inner;
    this.toServer = new Pipe(seed);
    this.toClient = new Pipe(seed + 1);
    outer.on("message", (datagram, from) => {
      this.#client = from;
      this.toServer.pass(datagram.length, () => {
        if (!this.#closed) this.#inner.send(datagram);
      });
    });
    inner.on("message", (datagram) => {
      this.toClient.pass(datagram.length, () => {
        const client = this.#client;
        if (!this.#closed && client) this.#outer.send(datagram, client.port, client.address);
      });
    });
  }

  /**
   * Starts a relay to the server at `port` of `address`, one of this host's own; clients find it there too, or at another
   * own address `at`, at {@link port}. The same seed loses the same datagrams.
   */
  static async start(
    address: string,
    port: number,
    seed: number,
    at: string = address,
  ): Promise<UdpRelay> {
    const outer = createSocket("udp4");
    outer.bind(0, at);
    await once(outer, "listening");
    const inner = createSocket("udp4");
    inner.connect(port, address);
    await once(inner, "connect");
    for (const socket of [outer, inner]) socket.on("error", () => undefined); // the other side went away
    return new UdpRelay(outer, inner, seed);
  }

  get port(): number {
    return this.#outer.address().port;
  }

  /** The same in both directions. */
  set link(link: Link) {
    this.toServer.link = link;
    this.toClient.link = link;
  }

  close(): void {
    this.#closed = true;
    this.#inner.close();
    this.#outer.close();
  }
}

/**
 * Where a host candidate leads, and the candidate with the relay's port, and its address if that is another, in their
 * place; undefined if it is not for UDP over IPv4.
 */
export function candidateVia(
  candidate: string,
  relayPort: number,
  relayAddress?: string,
): { address: string; port: number; changed: string } | undefined {
  const parts = candidate.split(" ");
  const [address, port] = [parts[4], Number(parts[5])];
  const isUdp4 = parts[2]?.toUpperCase() === "UDP" && /^[\d.]+$/.test(address ?? "");
  if (!isUdp4 || address === undefined) return undefined;
  parts[4] = relayAddress ?? address;
  parts[5] = String(relayPort);
  return { address, port, changed: parts.join(" ") };
}
