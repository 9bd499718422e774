import type { Logger } from "@kms/core";
import { serializeNotification } from "@kms/core/jsonrpc";
import type { Clock } from "@kms/core/jsonrpc";
import { WebSocket } from "ws";

/** What a registrar is told, and where it is. */
export interface RegistrarOptions {
  /** `ws://` or `wss://`; the certificate of the latter must be one that Node trusts. */
  readonly address: string;
  /** Address under which clients reach this server. */
  readonly ownAddress: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;
const handshakeTimeoutMs = 10_000;
/** A registrar has nothing to say to us. */
const maxMessageBytes = 64 * 1024;

/**
 * Announces this server to a registrar, and stays connected so that both notice when the other goes. A lost connection is
 * made again after 100 ms, doubling up to 10 s.
 */
export class Registrar {
  readonly #options: RegistrarOptions;
  #socket: WebSocket | undefined;
  #pauseMs = firstPauseMs;
  #isClosed = false;
  #cancelRetry: () => void = () => undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Ends the connection, and does not make another. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#socket?.terminate();
  }

  #connect(): void {
    const { address, log } = this.#options;
    const socket = new WebSocket(address, {
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: maxMessageBytes,
    });
    this.#socket = socket;
    socket.on("open", () => this.#register(socket));
    socket.on("error", ({ message }) => log.debug("registrar", { address, error: message }));
    socket.on("close", () => this.#onClose());
  }

  #register(socket: WebSocket): void {
    const { address, ownAddress, log } = this.#options;
    this.#pauseMs = firstPauseMs;
    socket.send(serializeNotification("register", { ws: ownAddress }));
    log.info("registered", { registrar: address, as: ownAddress });
  }

  #onClose(): void {
    if (this.#isClosed) return;
    const { address, clock, log } = this.#options;
    log.warning("no connection to the registrar", { address, retryInMs: this.#pauseMs });
    this.#cancelRetry = clock.after(this.#pauseMs, () => this.#connect());
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }
}

/**
 * Address under which a server announces itself.
 * @param host name or IP address
 */
export function addressOf(host: string, port: number, path: string, isSecure: boolean): string {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${isSecure ? "wss" : "ws"}://${bracketed}:${port}/${path}`;
}
