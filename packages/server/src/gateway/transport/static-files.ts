import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { pipeline } from "node:stream/promises";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webm": "video/webm",
  ".woff2": "font/woff2",
};

/** Files that can be had by HTTP: a folder, and single files from elsewhere. */
export interface StaticFilesOptions {
  /** Folder whose files are served; `/` is its index.html. */
  readonly folder: string;
  /** Further files by URL path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Serves files by GET and HEAD. */
export class StaticFiles {
  readonly #options: StaticFilesOptions;

  constructor(options: StaticFilesOptions) {
    this.#options = options;
  }

  /** Answers the request: 200 with the file, 404 without one, 405 for other methods. */
  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD")
      return end(response, 405, "Method not allowed");
    const file = this.#find(path);
    const size = file === undefined ? undefined : await fileSize(file);
    if (file === undefined || size === undefined) return end(response, 404, "Not found");
    const type = contentTypes[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { ...commonHeaders, "Content-Type": type, "Content-Length": size });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file), response);
  }

  #find(path: string): string | undefined {
    const listed = this.#options.files.get(path);
    if (listed !== undefined) return listed;
    const relative = decode(path.endsWith("/") ? `${path}index.html` : path);
    if (relative === undefined || relative.includes("\0")) return undefined;
    // Normalising an absolute path cannot leave its root.
    const inside = normalize(join(sep, relative));
    const hidden = inside.split(sep).some((name) => name.startsWith("."));
    return hidden ? undefined : join(this.#options.folder, inside);
  }
}

const commonHeaders = { "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff" };

/** Ends a response with a line of text. */
export function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...commonHeaders, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

async function fileSize(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}
