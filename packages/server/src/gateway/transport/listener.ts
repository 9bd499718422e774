import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";

import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

import type { SecureSettings, WebSocketSettings } from "../config/settings.js";
import { pathOf } from "./http-handler.js";

/** What a listener does with what comes in. */
export interface ListenerOptions {
  readonly settings: WebSocketSettings;
  readonly onRequest: RequestListener;
  /** @param stream that the WebSocket writes to */
  onWebSocket(socket: WebSocket, stream: Duplex): void;
}

const protocolError = 1002;
const goingAway = 1001;
const closeTimeoutMs = 1000;

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
    const listener = new Listener(createHttpServer(), options);
    await listener.#listen(port, options.settings.address);
    return listener;
  }

  /** The TLS listener. @throws Error when the certificate cannot be read, or the address not be bound */
  static async openSecure(options: ListenerOptions, secure: SecureSettings): Promise<Listener> {
    const { certificate, password } = secure;
    const pem = await readFile(certificate);
    const tls = { cert: pem, key: pem, ...(password !== "" && { passphrase: password }) };
    const listener = new Listener(createHttpsServer(tls), options);
    await listener.#listen(secure.port, undefined);
    return listener;
  }

  /** The port that is bound. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
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

  async #listen(port: number, address: string | undefined): Promise<void> {
    const { ipv6, backlog } = this.#options.settings;
    if (address !== undefined || !ipv6)
      return this.#bind({ port, backlog, host: address ?? "0.0.0.0" });
    try {
      await this.#bind({ port, backlog, host: "::" });
    } catch (error) {
      if (!isNoIpv6(error)) throw error;
      await this.#bind({ port, backlog, host: "0.0.0.0" });
    }
  }

  async #bind(options: { port: number; backlog: number; host: string }): Promise<void> {
    this.#server.listen(options);
    await once(this.#server, "listening");
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    // Kurento's health check sends just such a request and takes this answer for a sign of life.
    if (!isCompleteUpgrade(request)) {
      socket.end(
        "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      );
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const isOurs = pathOf(request).replace(/^\//, "") === this.#options.settings.path;
      if (isOurs) this.#options.onWebSocket(webSocket, socket);
      else webSocket.close(protocolError, "Invalid path");
    });
  }
}

function isCompleteUpgrade({ headers }: IncomingMessage): boolean {
  return (
    headers["sec-websocket-key"] !== undefined && headers["sec-websocket-version"] !== undefined
  );
}

function isNoIpv6(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes(String(error.code))
  );
}
