// One client's upload: who may post, and how its media reaches the player that asks for it.
import type { Clock } from "@kms/core/jsonrpc";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { mediaOf } from "./upload-body.js";

const COOKIE = "HttpEPCookie";
const CORS = { "access-control-allow-origin": "*", allow: "POST, OPTIONS" };
const CORS_ASKED = {
  ...CORS,
  "access-control-allow-methods": "POST, OPTIONS",
  "access-control-allow-headers": "Content-Type",
};

/** What a session tells. */
export interface UploadHandlers {
  /** The first request has come. */
  readonly onStarted: () => void;
  /** Media comes; somebody is to ask for it. */
  readonly onMedia: () => void;
  /** The client has been away for too long. */
  readonly onExpired: () => void;
}

interface Upload {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly media: NodeJS.ReadableStream;
}

/** Takes one upload at a time, all from the client that posted first. */
export class UploadSession {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #handlers: UploadHandlers;
  #cookie: string | undefined;
  /** Under way. */
  #upload: Upload | undefined;
  /** Not yet asked for; a short one may have come whole by then. */
  #waiting: Upload | undefined;
  #cancelExpiry: () => void = () => undefined;

  /** @param timeoutMs how long the client may be away between two requests */
  constructor(clock: Clock, timeoutMs: number, handlers: UploadHandlers) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#handlers = handlers;
  }

  /** A client's request. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "OPTIONS") {
      response.writeHead(200, CORS_ASKED).end();
    } else if (request.method !== "POST") {
      refuse(response, 405);
    } else if (this.#cookie !== undefined && cookieOf(request) !== this.#cookie) {
      refuse(response, 400);
    } else if (this.#upload !== undefined) {
      refuse(response, 409);
    } else {
      this.#begin(request, response);
    }
  }

  /** The player asks for the media of the upload. */
  give(response: ServerResponse): void {
    const upload = this.#waiting;
    this.#waiting = undefined;
    if (upload === undefined) return refuse(response, 404);
    response.writeHead(200, { "content-type": "application/octet-stream" });
    upload.media.on("error", () => response.end());
    // What a client leaves unfinished ends there: it is played up to that.
    upload.request.once("close", () => {
      if (!upload.request.complete) response.end();
    });
    // What the player does not want is read all the same, so that the client comes to its end.
    response.once("close", () => {
      upload.request.unpipe();
      upload.request.resume();
    });
    upload.media.pipe(response);
  }

  /** The media is of no use: says so to the client. */
  reject(): void {
    if (this.#upload !== undefined) drop(this.#upload, 415);
  }

  /** Whether there is media that no player has asked for. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Ends the session without telling. */
  close(): void {
    const upload = this.#upload;
    this.#upload = undefined;
    this.#cancelExpiry();
    upload?.request.destroy();
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    let media: NodeJS.ReadableStream;
    try {
      media = mediaOf(request);
    } catch {
      return refuse(response, 400);
    }
    this.#cancelExpiry();
    const isFirst = this.#cookie === undefined;
    this.#cookie ??= randomUUID();
    const upload = { request, response, media };
    this.#upload = this.#waiting = upload;
    media.once("error", () => drop(upload, 400));
    request.once("end", () => this.#accept(request, response));
    request.once("close", () => this.#done(request));
    if (isFirst) this.#handlers.onStarted();
    this.#handlers.onMedia();
  }

  #accept(request: IncomingMessage, response: ServerResponse): void {
    this.#done(request);
    if (response.headersSent) return;
    response.writeHead(200, { ...CORS, "set-cookie": `${COOKIE}=${this.#cookie ?? ""}` }).end();
  }

  #done(request: IncomingMessage): void {
    if (this.#upload?.request !== request) return;
    this.#upload = undefined;
    this.#cancelExpiry = this.#clock.after(this.#timeoutMs, this.#handlers.onExpired);
  }
}

/** Reads what is left and forgets it, so that the client comes to read the answer. */
function drop({ request, response }: Upload, status: number): void {
  refuse(response, status);
  request.unpipe();
  request.resume();
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status, CORS).end();
}

function cookieOf(request: IncomingMessage): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(";").map((text) => text.trim());
  return cookies.find((text) => text.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
