import type { Duplex } from "node:stream";
import { defaultMaxFrameBytes, encodeFrame, FrameDecoder, FrameError } from "./frame.js";
import { TransportEnds } from "./transport.js";
import type { Transport } from "./transport.js";

/** Limits of a {@link FramedTransport}. */
export interface FramedTransportOptions {
  /** Largest text in bytes, both ways; 16 MiB unless given. */
  readonly maxFrameBytes?: number;
  /** Bytes that may wait for a peer that does not read; beyond, the connection is closed. 64 MiB unless given. */
  readonly maxBufferedBytes?: number;
}

const defaultMaxBufferedBytes = 64 * 1024 * 1024;

/**
 * Texts in length-prefixed frames over a Node stream, such as a Unix-domain or TCP socket. All frames of one turn of the
 * event loop leave in one write.
 */
export class FramedTransport implements Transport {
  readonly #stream: Duplex;
  readonly #decoder: FrameDecoder;
  readonly #maxFrameBytes: number;
  readonly #maxBufferedBytes: number;
  readonly #ends = new TransportEnds();
  #unwritten: Uint8Array[] = [];
  #unwrittenBytes = 0;

  constructor(stream: Duplex, options: FramedTransportOptions = {}) {
    this.#stream = stream;
    this.#maxFrameBytes = options.maxFrameBytes ?? defaultMaxFrameBytes;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? defaultMaxBufferedBytes;
    this.#decoder = new FrameDecoder(this.#maxFrameBytes);
    stream.on("error", (error) => this.#ends.closed(error));
    stream.on("end", () => this.#onEnd());
    stream.on("close", () => this.#ends.closed());
  }

  /** Bytes queued for the peer. */
  get bufferedBytes(): number {
    return this.#stream.writableLength + this.#unwrittenBytes;
  }

  /** A text beyond the maximum closes the connection: the other side could not read on. */
  send(text: string): void {
    if (this.#ends.isClosed) return;
    try {
      this.#enqueue(encodeFrame(text, this.#maxFrameBytes));
    } catch (error) {
      this.close(error as FrameError);
      return;
    }
    if (this.bufferedBytes > this.#maxBufferedBytes) {
      this.close(new FrameError(`peer reads too slowly: ${this.bufferedBytes} bytes wait`));
    }
  }

  onMessage(listener: (text: string) => void): void {
    this.#ends.onMessage(listener);
    // Reading starts here, so that back-pressure holds what comes before.
    this.#stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
  }

  onClose(listener: (error?: Error) => void): void {
    this.#ends.onClose(listener);
  }

  /** In order: what was sent still arrives. With an error: at once, also when a close in order has not ended yet. */
  close(error?: Error): void {
    const wasClosed = this.#ends.isClosed;
    this.#ends.closed(error);
    if (error !== undefined) this.#stream.destroy();
    else if (!wasClosed) this.#end();
  }

  #end(): void {
    this.#flush();
    this.#stream.end(() => this.#stream.destroy());
  }

  #enqueue(frame: Uint8Array): void {
    if (this.#unwritten.push(frame) === 1) setImmediate(() => this.#flush());
    this.#unwrittenBytes += frame.length;
  }

  #flush(): void {
    const frames = this.#unwritten;
    if (frames.length === 0 || this.#stream.destroyed) return;
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
    this.#stream.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }

  #onData(chunk: Uint8Array): void {
    try {
      for (const text of this.#decoder.push(chunk)) {
        if (this.#ends.isClosed) return;
        this.#ends.deliver(text);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.close(error);
    }
  }

  #onEnd(): void {
    this.close(
      this.#decoder.isAtBoundary ? undefined : new FrameError("connection ended within a frame"),
    );
  }
}
