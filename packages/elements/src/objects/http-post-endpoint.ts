// HttpPostEndpoint: media that a client uploads, played as it comes.
import { KurentoError } from "@kms/core";
import type { ObjectContext } from "@kms/core";
import { randomUUID } from "node:crypto";
import { HttpPostEndpointBase } from "../generated/http-post-endpoint.js";
import type { HttpPostEndpointParams } from "../generated/http-post-endpoint.js";
import { uploadListener } from "./upload-listener.js";
import type { UploadListener } from "./upload-listener.js";
import { UploadSession } from "./upload-session.js";

/** A source of the media in the body of a POST. */
export class HttpPostEndpoint extends HttpPostEndpointBase {
  readonly #listener: UploadListener;
  readonly #session: UploadSession;
  readonly #path = randomUUID();
  readonly #insidePath = randomUUID();
  #url: string | undefined;

  constructor(context: ObjectContext, params: HttpPostEndpointParams) {
    super(context);
    this.#listener = uploadListener(context);
    this.#session = new UploadSession(context.clock, params.disconnectionTimeout * 1000, {
      onStarted: () => this.emitMediaSessionStarted(),
      onMedia: () => void this.#play(),
      onExpired: () => this.#expire(),
    });
    this.handleNative("endOfStream", () => this.#onEndOfStream());
  }

  /** @throws KurentoError 40300 where uploads cannot be listened for */
  override async initialize(): Promise<void> {
    await this.#listener.acquire();
    const session = this.#session;
    this.#url = this.#listener.serve(this.#path, (request, response) =>
      session.handle(request, response),
    );
    const uri = this.#listener.serveInside(this.#insidePath, (_, response) =>
      session.give(response),
    );
    try {
      await this.createNative("PlayerEndpoint", { uri });
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  override getUrl(): string {
    if (this.#url !== undefined) return this.#url;
    throw new KurentoError("HTTP_END_POINT_REGISTRATION_ERROR", "HttpServer is not created");
  }

  protected override emitError(error: Parameters<HttpPostEndpointBase["emitError"]>[0]): void {
    super.emitError(error);
    this.#session.reject();
  }

  override async release(): Promise<void> {
    this.#close();
    await super.release();
  }

  async #play(): Promise<void> {
    try {
      await this.callNative("play");
    } catch (error) {
      this.context.log.warning(`${this.id}: upload is not played: ${String(error)}`);
      this.#session.reject();
    }
  }

  #onEndOfStream(): void {
    this.emitEndOfStream();
    // The next upload came while this one was still being played.
    if (this.#session.isWaiting) void this.#play();
  }

  /** As in the original, the address is of no more use then. */
  #expire(): void {
    this.emitMediaSessionTerminated();
    this.#listener.remove(this.#path);
  }

  #close(): void {
    this.#session.close();
    if (this.#url === undefined) return;
    this.#url = undefined;
    this.#listener.remove(this.#path);
    this.#listener.remove(this.#insidePath);
    this.#listener.release();
  }
}
