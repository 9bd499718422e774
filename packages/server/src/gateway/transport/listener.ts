import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";

import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

import type { WebSocketSettings } from "../config/settings.js";
import { bind } from "./bind.js";
import { pathOf } from "./http-handler.js";
import { challenge } from "./token-guard.js";

/** What a listener does with what comes in. */
export interface ListenerOptions {
  readonly settings: WebSocketSettings;
  readonly onRequest: RequestListener;
  /** Whether a WebSocket may be opened. */
  allows(request: IncomingMessage): boolean;
  /** @param stream that the WebSocket writes to */
  onWebSocket(socket: WebSocket, stream: Duplex): void;
  /** Somebody was not allowed to open a WebSocket. */
  onRefused(): void;
}

const protocolError = 1002;
const goingAway = 1001;
const closeTimeoutMs = 1000;
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000 };
const handshakeTimeoutMs = 10_000;

/** One TCP port: WebSockets on the configured path, plain HTTP elsewhere. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;

  private constructor(server: Server, options: ListenerOptions) {
    this.#options = options;
    this.#server = server;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.settings.maxMessageBytes,
    });
    server.on("request", options.onRequest);
    server.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /** The insecure listener. @throws Error when the address cannot be bound */
  static async open(options: ListenerOptions, port: number): Promise<Listener> {
    const server = createHttpServer({ ...timeouts, noDelay: true });
    const listener = new Listener(server, options);
    await bind(server, { ...options.settings, port });
    return listener;
  }

  /**
   * The TLS listener.
   * @param renewed is given a function that new connections get another certificate with
   * @throws Error when the certificate cannot be used, or the address not be bound
   */
  static async openSecure(
    options: ListenerOptions,
    port: number,
    certificate: SecureContextOptions,
  ): Promise<SecureListener> {
    const server = createHttpsServer({
      ...timeouts,
      ...certificate,
      noDelay: true,
      handshakeTimeout: handshakeTimeoutMs,
    });
    const listener = new Listener(server, options);
    await bind(server, { ...options.settings, port, address: undefined });
    return { listener, server };
  }

  /** The port that is bound. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** WebSockets that are open. */
  get connections(): number {
    return this.#webSockets.clients.size;
  }

  /** Takes no more connections and ends those there are; clients that do not answer are cut off. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#webSockets.clients) socket.close(goingAway);
    const cutOff = setTimeout(() => this.#terminateAll(), closeTimeoutMs);
    await closed;
    clearTimeout(cutOff);
    this.#webSockets.close();
  }

  #terminateAll(): void {
    for (const socket of this.#webSockets.clients) socket.terminate();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    // Kurento's health check sends just such a request and takes this answer for a sign of life.
    if (!isCompleteUpgrade(request)) return refuse(socket, "500 Internal Server Error");
    if (!this.#options.allows(request)) {
      this.#options.onRefused();
      return refuse(socket, "401 Unauthorized", `WWW-Authenticate: ${challenge}`);
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const isOurs = pathOf(request).replace(/^\//, "") === this.#options.settings.path;
      if (isOurs) this.#options.onWebSocket(webSocket, socket);
      else webSocket.close(protocolError, "Invalid path");
    });
  }
}

/** A TLS listener, and the server whose certificate can be replaced. */
export interface SecureListener {
  readonly listener: Listener;
  readonly server: HttpsServer;
}

function refuse(socket: Duplex, status: string, ...headers: readonly string[]): void {
  const lines = [`HTTP/1.1 ${status}`, "Connection: close", "Content-Length: 0", ...headers];
  socket.end(`${lines.join("\r\n")}\r\n\r\n`);
}

function isCompleteUpgrade({ headers }: IncomingMessage): boolean {
  return (
    headers["sec-websocket-key"] !== undefined && headers["sec-websocket-version"] !== undefined
  );
}
