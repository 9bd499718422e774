import { TransportEnds } from "./transport.js";
import type { Transport } from "./transport.js";

class MemoryTransport implements Transport {
  readonly #ends: TransportEnds;
  readonly #otherEnds: TransportEnds;

  constructor(ends: TransportEnds, otherEnds: TransportEnds) {
    this.#ends = ends;
    this.#otherEnds = otherEnds;
  }

  send(text: string): void {
    if (this.#ends.isClosed) return;
    queueMicrotask(() => {
      if (!this.#otherEnds.isClosed) this.#otherEnds.deliver(text);
    });
  }

  onMessage(listener: (text: string) => void): void {
    this.#ends.onMessage(listener);
  }

  onClose(listener: (error?: Error) => void): void {
    this.#ends.onClose(listener);
  }

  close(error?: Error): void {
    if (this.#ends.isClosed) return;
    queueMicrotask(() => this.#otherEnds.closed());
    this.#ends.closed(error);
  }
}

/** Two ends of one connection inside this process; texts arrive in a later microtask, as from a real wire. */
export function memoryTransportPair(): [Transport, Transport] {
  const left = new TransportEnds();
  const right = new TransportEnds();
  return [new MemoryTransport(left, right), new MemoryTransport(right, left)];
}
