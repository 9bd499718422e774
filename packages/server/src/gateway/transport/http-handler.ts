import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

import type { Logger } from "@kms/core";

import { end } from "./static-files.js";
import type { StaticFiles } from "./static-files.js";
import { challenge } from "./token-guard.js";
import type { TokenGuard } from "./token-guard.js";

/** What plain HTTP requests are answered with. */
export interface HttpHandlerOptions {
  readonly files: StaticFiles;
  /** Path that only WebSockets use, with leading slash. */
  readonly webSocketPath: string;
  readonly guard: TokenGuard;
  /** The server's figures. */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Whether new work can be taken on. */
  isReady(): boolean;
  readonly log: Logger;
}

type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Answers plain HTTP: `/healthz` and `/readyz` to everybody; `/metrics` and the page to who has the token, if there is one. */
export function httpHandler(options: HttpHandlerOptions): RequestListener {
  const open = openRoutes(options);
  const guarded = guardedRoutes(options);
  return (request, response) => {
    const path = pathOf(request);
    const route =
      open.get(path) ??
      (options.guard.allows(request) ? (guarded.get(path) ?? page(options, path)) : unauthorized);
    // Also what is thrown at once becomes a rejection.
    const answered = (async () => route(request, response))();
    answered.catch((error: unknown) => fail(response, path, { error, log: options.log }));
  };
}

/** The path of a request, without the query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
}

function fail(
  response: ServerResponse,
  path: string,
  { error, log }: { readonly error: unknown; readonly log: Logger },
): void {
  // Usually a browser that went away halfway.
  if (response.headersSent) {
    log.debug("http response failed", { path, error });
    response.destroy();
  } else {
    log.error("http request failed", { path, error });
    end(response, 500, "Internal error");
  }
}

function openRoutes({ isReady }: HttpHandlerOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ["/healthz", (_, response) => end(response, 200, "ok")],
    [
      "/readyz",
      (_, response) => (isReady() ? end(response, 200, "ready") : end(response, 503, "not ready")),
    ],
  ]);
}

function guardedRoutes({ metrics, webSocketPath }: HttpHandlerOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    [webSocketPath, (_, response) => upgradeRequired(response)],
    [
      "/metrics",
      async (_, response) => {
        const text = await metrics.text();
        response.writeHead(200, {
          "Cache-Control": "no-store",
          "Content-Type": metrics.contentType,
        });
        response.end(text);
      },
    ],
  ]);
}

function page({ files, guard }: HttpHandlerOptions, path: string): Route {
  return (request, response) => {
    const cookie = guard.cookieFor(request);
    if (cookie !== undefined) response.setHeader("Set-Cookie", cookie);
    return files.serve(request, response, path);
  };
}

function unauthorized(_: IncomingMessage, response: ServerResponse): void {
  response.setHeader("WWW-Authenticate", challenge);
  end(response, 401, "A token is required");
}

function upgradeRequired(response: ServerResponse): void {
  response.setHeader("Upgrade", "websocket");
  end(response, 426, "This address is for WebSockets");
}
