import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

import type { Logger } from "@kms/core";

import { end } from "./static-files.js";
import type { StaticFiles } from "./static-files.js";

/** What plain HTTP requests are answered with. */
export interface HttpHandlerOptions {
  readonly files: StaticFiles;
  /** Path that only WebSockets use, with leading slash. */
  readonly webSocketPath: string;
  /** Whether new work can be taken on. */
  isReady(): boolean;
  readonly log: Logger;
}

type Route = (response: ServerResponse) => void;

/** Answers plain HTTP: `/healthz`, `/readyz`, and the page. */
export function httpHandler({
  files,
  webSocketPath,
  isReady,
  log,
}: HttpHandlerOptions): RequestListener {
  const routes = new Map<string, Route>([
    ["/healthz", (response) => end(response, 200, "ok")],
    [
      "/readyz",
      (response) => (isReady() ? end(response, 200, "ready") : end(response, 503, "not ready")),
    ],
    [webSocketPath, (response) => upgradeRequired(response)],
  ]);
  return (request, response) => {
    const path = pathOf(request);
    const route = routes.get(path);
    if (route !== undefined) return route(response);
    files.serve(request, response, path).catch((error: unknown) => {
      // Usually a browser that went away halfway.
      log.debug("http response failed", { path, error });
      response.destroy();
    });
  };
}

/** The path of a request, without the query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
}

function upgradeRequired(response: ServerResponse): void {
  response.setHeader("Upgrade", "websocket");
  end(response, 426, "This address is for WebSockets");
}
