// Servers that recordings are sent to: one for PUT, one that stores objects as S3 does; both can lose connections.
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request, as far as it came. */
export interface Upload {
  readonly method: string;
  readonly path: string;
  readonly bytes: number;
  /** False when its connection was lost on the way. */
  readonly isWhole: boolean;
}

/** What both kinds have in common; `answer` is called with whole requests only. */
abstract class UploadServer implements AsyncDisposable {
  readonly uploads: Upload[] = [];
  readonly #events = new EventEmitter();
  #server: Server | undefined;
  #port = 0;
  /** Bytes after which the connection of the next requests is lost. */
  #cuts: number[] = [];

  /** Begins to listen; after a `stop` at the same port. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#take(request, response));
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** Dies: all connections are lost, new ones refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Loses the connection of the next upload once that many bytes of its body have come. */
  cutNext(afterBytes: number): void {
    this.#cuts.push(afterBytes);
  }

  /** Resolves once some upload has brought that many bytes. */
  async received(bytes: number): Promise<void> {
    for (;;) {
      const [sofar] = (await once(this.#events, "data")) as [number];
      if (sofar >= bytes) return;
    }
  }

  /** Resolves with the next request that comes to its end, or is lost. */
  async nextUpload(): Promise<Upload> {
    const [upload] = (await once(this.#events, "upload")) as [Upload];
    return upload;
  }

  protected abstract answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void;

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cut = request.method === "PUT" ? this.#cuts.shift() : undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const isWhole = await (async (): Promise<boolean> => {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        bytes += chunk.length;
        this.#events.emit("data", bytes);
        if (cut !== undefined && bytes >= cut) request.socket.destroy();
      }
      return true;
    })().catch(() => false);
    const { method = "", url: path = "" } = request;
    const upload = { method, path, bytes, isWhole };
    this.uploads.push(upload);
    if (isWhole) this.answer(request, Buffer.concat(chunks), response);
    this.#events.emit("upload", upload);
  }
}

/** Keeps what is PUT by its path. */
export class PutServer extends UploadServer {
  readonly files = new Map<string, Buffer>();

  protected answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    this.files.set(request.url ?? "", body);
    response.writeHead(201).end();
  }
}

/** PutObject and multipart uploads of one user; judges hashes, and who signs. */
export class S3Server extends UploadServer {
  readonly objects = new Map<string, Buffer>();
  readonly #accessKeyId: string;
  readonly #parts = new Map<string, Buffer[]>();

  constructor(accessKeyId: string) {
    super();
    this.#accessKeyId = accessKeyId;
  }

  /** Multipart uploads that are neither complete nor given up. */
  get unfinished(): number {
    return this.#parts.size;
  }

  protected answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (!this.#isSigned(request, body)) return void response.writeHead(403).end();
    const url = new URL(request.url ?? "", this.url);
    const name = decodeURIComponent(url.pathname);
    const id = url.searchParams.get("uploadId") ?? "";
    const kind = id === "" ? "one" : "part";
    const handlers: Readonly<Record<string, () => void>> = {
      "PUT one": () => void this.objects.set(name, body),
      "POST one": () => this.#create(response),
      "PUT part": () => this.#store(id, Number(url.searchParams.get("partNumber")), body, response),
      "POST part": () => this.#complete(id, name),
      "DELETE part": () => void this.#parts.delete(id),
    };
    handlers[`${request.method} ${kind}`]?.();
    response.end();
  }

  #isSigned({ headers }: IncomingMessage, body: Buffer): boolean {
    const hash = createHash("sha256").update(body).digest("hex");
    const claim = `AWS4-HMAC-SHA256 Credential=${this.#accessKeyId}/`;
    return (
      headers["x-amz-content-sha256"] === hash && headers.authorization?.startsWith(claim) === true
    );
  }

  #create(response: ServerResponse): void {
    const id = `upload-${this.#parts.size}`;
    this.#parts.set(id, []);
    response.write(
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #store(id: string, part: number, body: Buffer, response: ServerResponse): void {
    const parts = this.#parts.get(id);
    if (parts === undefined) return void response.writeHead(404);
    parts[part - 1] = body;
    response.setHeader("etag", `"${part}"`);
  }

  #complete(id: string, name: string): void {
    this.objects.set(name, Buffer.concat(this.#parts.get(id) ?? []));
    this.#parts.delete(id);
  }
}
