// The HTTP listener of a worker for uploads, and the way of their media to the worker's own players.
import { KurentoError } from "@kms/core";
import type { ObjectContext } from "@kms/core";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Where uploads are taken. */
export interface UploadSettings {
  /** Address to listen on; all when absent. */
  readonly serverAddress: string | undefined;
  /** Host that clients are told. */
  readonly announcedAddress: string | undefined;
  readonly serverPort: number;
}

const CLASS = "kurento.HttpEndpoint";
const DEFAULT_PORT = 9091;
/** Workers of one server take one port each, from the configured one on. */
const MAX_WORKERS = 64;

export function uploadSettings(config: ObjectContext["config"]): UploadSettings {
  return {
    serverAddress: config.text(CLASS, "serverAddress"),
    announcedAddress: config.text(CLASS, "announcedAddress"),
    serverPort: config.integer(CLASS, "serverPort") ?? DEFAULT_PORT,
  };
}

const listeners = new WeakMap<object, UploadListener>();

/** The listener of this worker. */
export function uploadListener(context: ObjectContext): UploadListener {
  const known = listeners.get(context.host);
  if (known !== undefined) return known;
  const made = new UploadListener(uploadSettings(context.config));
  listeners.set(context.host, made);
  return made;
}

/** Serves `/<path>` for those that registered it: listens while it has users. */
export class UploadListener {
  readonly #settings: UploadSettings;
  readonly #outside = new Routes();
  /** Players read from here; only this machine reaches it, and its paths are secrets. */
  readonly #inside = new Routes();
  #users = 0;
  #starting: Promise<void> | undefined;

  constructor(settings: UploadSettings) {
    this.#settings = settings;
  }

  /** Begins to listen for one more user. @throws KurentoError 40300 where the address cannot be listened on */
  async acquire(): Promise<void> {
    this.#users += 1;
    this.#starting ??= this.#listen();
    try {
      await this.#starting;
    } catch {
      this.release();
      throw new KurentoError(
        "HTTP_END_POINT_REGISTRATION_ERROR",
        "Cannot register HttpPostEndPoint",
      );
    }
  }

  /** A user goes; the last one takes the listener along. */
  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#outside.close();
    this.#inside.close();
    this.#starting = undefined;
  }

  /** Serves a path to clients. @returns its URL */
  serve(path: string, handler: Handler): string {
    this.#outside.add(path, handler);
    const { announcedAddress, serverAddress } = this.#settings;
    const host = announcedAddress ?? serverAddress ?? localAddress();
    return `http://${host.includes(":") ? `[${host}]` : host}:${this.#outside.port}/${path}`;
  }

  /** Serves a path to players. @returns its URL */
  serveInside(path: string, handler: Handler): string {
    this.#inside.add(path, handler);
    return `http://127.0.0.1:${this.#inside.port}/${path}`;
  }

  /** Gives a path up, of clients or of players. */
  remove(path: string): void {
    this.#outside.remove(path);
    this.#inside.remove(path);
  }

  async #listen(): Promise<void> {
    await this.#inside.listen("127.0.0.1", 0, 1);
    await this.#outside.listen(
      this.#settings.serverAddress,
      this.#settings.serverPort,
      MAX_WORKERS,
    );
  }
}

/** A server with a handler for each path. */
class Routes {
  readonly #handlers = new Map<string, Handler>();
  #server: Server | undefined;

  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
  }

  add(path: string, handler: Handler): void {
    this.#handlers.set(path, handler);
  }

  remove(path: string): void {
    this.#handlers.delete(path);
  }

  /** Takes the first free of `tries` ports. @throws the system's error when there is none */
  async listen(host: string | undefined, port: number, tries: number): Promise<void> {
    // Uploads take as long as their media; who has gone is found out by TCP.
    const options = { keepAlive: true, keepAliveInitialDelay: 30_000, requestTimeout: 0 };
    const server = createServer(options, (request, response) => this.#serve(request, response));
    try {
      server.listen({ port, ...(host === undefined ? {} : { host }) });
      await once(server, "listening");
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (isTaken && tries > 1 && port > 0) return this.listen(host, port + 1, tries - 1);
      throw error;
    }
    server.unref();
    this.#server = server;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [path = ""] = (request.url ?? "/").slice(1).split("?");
    const handler = this.#handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    response.writeHead(404).end();
  }
}

/** The address under which other machines reach this one. */
function localAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return own?.address ?? "127.0.0.1";
}
