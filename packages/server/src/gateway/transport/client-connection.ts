import type { Duplex } from "node:stream";

import type { RawData, WebSocket } from "ws";

import type { Logger } from "@kms/core";

import type { SessionConnection } from "../sessions/connection-map.js";

/** How a connection behaves. */
export interface ClientConnectionOptions {
  /** Answers one text; called for one text after the other, each when what the former gave is done. */
  handle(text: string, connection: SessionConnection): Promise<void> | undefined;
  onClosed(connection: SessionConnection): void;
  /** The client did not read, and was cut off. */
  onCutOff(): void;
  /** Output that may wait for the client before it is cut off. */
  readonly maxBufferedBytes: number;
  readonly log: Logger;
}

/** Texts that may wait to be handled before reading stops, and their characters; reading goes on below half of each. */
const maxWaiting = 256;
const maxWaitingCharacters = 16 * 1024 * 1024;

/**
 * One client: its texts are handled strictly in order, its output is bounded. What is sent in one turn of the event loop
 * leaves in one write.
 */
export class ClientConnection implements SessionConnection {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #options: ClientConnectionOptions;
  readonly #waiting: string[] = [];
  #waitingCharacters = 0;
  #isHandling = false;
  #isCorked = false;

  /** @param stream that the WebSocket writes to */
  constructor(socket: WebSocket, stream: Duplex, options: ClientConnectionOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#options = options;
    options.log.debug("client connection opened");
    socket.on("message", (data) => this.#onMessage(data));
    socket.on("close", () => this.#onClose());
    // Too large a message, or broken frames: the library closes the socket with the right code.
    socket.on("error", (error) =>
      options.log.info("client connection failed", { error: error.message }),
    );
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const { log } = this.#options;
    if (log.isOn("debug")) log.debug(`Response: >${text}<`);
    this.#cork();
    this.#socket.send(text);
    if (this.#socket.bufferedAmount <= this.#options.maxBufferedBytes) return;
    log.warning("client reads too slowly, cut off", {
      bufferedBytes: this.#socket.bufferedAmount,
    });
    this.#socket.terminate();
    this.#options.onCutOff();
  }

  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      this.#stream.uncork();
    });
  }

  // Binary frames are taken as text, as Kurento does.
  #onMessage(data: RawData): void {
    const text = textOf(data);
    this.#waiting.push(text);
    this.#waitingCharacters += text.length;
    if (this.#fill >= 1) this.#socket.pause();
    if (!this.#isHandling) void this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    this.#isHandling = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      this.#waitingCharacters -= text.length;
      if (this.#socket.isPaused && this.#fill < 0.5) this.#socket.resume();
      const handled = this.#handle(text);
      if (handled !== undefined) await handled;
    }
    this.#isHandling = false;
  }

  /** How full the line of waiting texts is: from 1 on nothing more is read. */
  get #fill(): number {
    return Math.max(
      this.#waiting.length / maxWaiting,
      this.#waitingCharacters / maxWaitingCharacters,
    );
  }

  // Whatever goes wrong with one text, the next must be handled.
  #handle(text: string): Promise<void> | undefined {
    const { log } = this.#options;
    if (log.isOn("debug")) log.debug(`Message: >${text}<`);
    const failed = (error: unknown): void =>
      log.error("request failed without a response", { error });
    try {
      return this.#options.handle(text, this)?.catch(failed);
    } catch (error) {
      return void failed(error);
    }
  }

  #onClose(): void {
    this.#options.log.debug("client connection closed");
    this.#options.onClosed(this);
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString("utf8");
}
