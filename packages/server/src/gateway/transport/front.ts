import type { IncomingMessage } from "node:http";

import type { Logger } from "@kms/core";
import type { Clock } from "@kms/core/jsonrpc";

import type { SecureSettings, WebSocketSettings } from "../config/settings.js";
import type { SessionConnection } from "../sessions/connection-map.js";
import { Certificate } from "./certificate.js";
import { ClientConnection } from "./client-connection.js";
import { httpHandler } from "./http-handler.js";
import { Listener } from "./listener.js";
import type { ListenerOptions } from "./listener.js";
import type { StaticFiles } from "./static-files.js";
import { TokenGuard } from "./token-guard.js";

/** What the front passes on, and what it answers itself with. */
export interface FrontParts {
  readonly settings: WebSocketSettings;
  readonly files: StaticFiles;
  /** The server's figures. */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether new work can be taken on. */
  isReady(): boolean;
  /** Answers a text of a client, see `ClientConnectionOptions`. */
  handle(text: string, connection: SessionConnection): Promise<void> | undefined;
  onClosed(connection: SessionConnection): void;
}

/** Everything that faces the network: the insecure and the TLS listener, with the same content. */
export class Front {
  readonly #parts: FrontParts;
  #insecure: Listener | undefined;
  #secure: Listener | undefined;
  #certificate: Certificate | undefined;
  /** WebSockets that were opened. */
  opened = 0;
  /** WebSockets that were not, for want of the token. */
  refused = 0;
  /** Clients that read too slowly. */
  cutOff = 0;

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  /** Begins to listen. @throws Error when an address cannot be bound, or the certificate not be used */
  async open(): Promise<void> {
    const { settings } = this.#parts;
    const options = this.#listenerOptions();
    if (settings.port !== undefined) this.#insecure = await Listener.open(options, settings.port);
    if (settings.secure !== undefined) await this.#openSecure(options, settings.secure);
  }

  /** Port of the insecure listener, 0 without one. */
  get port(): number {
    return this.#insecure?.port ?? 0;
  }

  /** Port of the TLS listener, 0 without one. */
  get securePort(): number {
    return this.#secure?.port ?? 0;
  }

  /** WebSockets that are open. */
  get connections(): number {
    return (this.#insecure?.connections ?? 0) + (this.#secure?.connections ?? 0);
  }

  /** Takes no more connections and ends those there are. */
  async close(): Promise<void> {
    this.#certificate?.close();
    await Promise.all([this.#insecure?.close(), this.#secure?.close()]);
    [this.#insecure, this.#secure] = [undefined, undefined];
  }

  async #openSecure(options: ListenerOptions, settings: SecureSettings): Promise<void> {
    const { clock, log } = this.#parts;
    const certificate = await Certificate.load(settings);
    const opened = await Listener.openSecure(options, settings.port, certificate.options);
    this.#secure = opened.listener;
    this.#certificate = certificate;
    certificate.watch({
      clock,
      log,
      onChanged: (renewed) => opened.server.setSecureContext(renewed),
    });
  }

  #listenerOptions(): ListenerOptions {
    const { settings, files, metrics, log, isReady } = this.#parts;
    const guard = new TokenGuard(settings.token);
    const webSocketPath = `/${settings.path}`;
    return {
      settings,
      onRequest: httpHandler({ files, webSocketPath, guard, metrics, isReady, log }),
      allows: (request: IncomingMessage) => guard.allows(request),
      onWebSocket: (socket, stream) => this.#onWebSocket(socket, stream),
      onRefused: () => {
        this.refused += 1;
      },
    };
  }

  #onWebSocket(...[socket, stream]: Parameters<ListenerOptions["onWebSocket"]>): void {
    const { settings, log, handle, onClosed } = this.#parts;
    this.opened += 1;
    // The socket's own listeners keep it.
    void new ClientConnection(socket, stream, {
      handle,
      onClosed,
      onCutOff: () => {
        this.cutOff += 1;
      },
      maxBufferedBytes: settings.maxBufferedBytes,
      log,
    });
  }
}
