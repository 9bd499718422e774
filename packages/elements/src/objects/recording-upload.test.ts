import { ManualClock, systemClock } from "@kms/core/jsonrpc";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GrowingFile } from "./growing-file.js";
import { putFile } from "./http-put.js";
import { RecordingUpload, senderTo, suffixOf, withSuffix } from "./recording-upload.js";
import { PART_BYTES } from "./s3-upload.js";

const STORE = { accessKeyId: "key", secretAccessKey: "secret", region: "here" };
const RETRY = { attempts: 3, delayMs: 1 };

interface Seen {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}
type Answer = (seen: Seen, response: ServerResponse) => void;

let folder: string;
let spool: string;
let server: Server;
let seen: Seen[];
/** Answers in the order of requests; the last one goes on. */
let answers: Answer[];
let failures: string[];

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const ok: Answer = (_, response) => void response.end();
const busy: Answer = (_, response) => void response.writeHead(503).end();
const die: Answer = ({ request }) => void request.socket.destroy();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-upload-"));
  spool = join(folder, "spool");
  [seen, answers, failures] = [[], [ok], []];
  server = createServer((request, response) => {
    void bodyOf(request).then(
      (body) => {
        const one = { request, body };
        seen.push(one);
        ((answers.length > 1 ? answers.shift() : answers[0]) ?? ok)(one, response);
      },
      () => undefined, // broken off
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function base(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function upload(uri: string, retry = RETRY): RecordingUpload {
  const store = { ...STORE, endpoint: base() };
  const send = senderTo(uri, { clock: systemClock, retry, store });
  return new RecordingUpload(spool, send, systemClock, (reason) => failures.push(reason));
}

async function sendAll(uri: string, content: Buffer | string): Promise<void> {
  await writeFile(spool, content);
  const one = upload(uri);
  one.finish();
  await one.done;
}

describe("a recording for a web server", () => {
  it("is sent in one PUT while it grows, and leaves nothing behind", async () => {
    await writeFile(spool, "first ");
    const arrived = once(server, "request") as Promise<[IncomingMessage]>;
    const one = upload(`${base()}/a/b.webm`);
    const [request] = await arrived;
    expect(request.method).toBe("PUT");
    expect(request.url).toBe("/a/b.webm");
    expect(request.headers["transfer-encoding"]).toBe("chunked");
    await appendFile(spool, "second");
    one.finish();
    await one.done;
    expect(seen.map(({ body }) => body.toString())).toEqual(["first second"]);
    expect(await readdir(folder)).toEqual([]);
    expect(failures).toEqual([]);
  });

  it("bears the user and password of its address", async () => {
    await sendAll(`${base().replace("//", "//us%20er:pa%3Ass@")}/a`, "x");
    const [, token = ""] = String(seen[0]?.request.headers.authorization).split(" ");
    expect(Buffer.from(token, "base64").toString()).toBe("us er:pa:ss");
  });

  it("is sent again from its beginning when the server dies or is busy", async () => {
    answers = [die, busy, ok];
    await sendAll(`${base()}/a`, "whole");
    expect(seen.map(({ body }) => body.toString())).toEqual(["whole", "whole", "whole"]);
    expect(failures).toEqual([]);
  });

  it("is not sent to a server that hangs, but to one that waits for more", async () => {
    answers = [() => undefined];
    await writeFile(spool, "x");
    const file = new GrowingFile(spool, systemClock);
    const url = new URL(`${base()}/a`);
    server.on("timeout", () => undefined).timeout = 150; // and does not hang up then
    const sent = putFile(url, file, 50);
    const [socket] = (await once(server, "timeout")) as [Socket];
    expect(socket.destroyed).toBe(false);
    file.finish();
    await expect(sent).rejects.toThrow("silent");
  });

  it("is tried anew when it went well for long", async () => {
    const clock = new ManualClock();
    answers = [busy];
    await writeFile(spool, "x");
    const store = { ...STORE, endpoint: base() };
    const options = { clock, retry: { attempts: 2, delayMs: 1 }, store };
    const one = new RecordingUpload(spool, senderTo(`${base()}/a`, options), clock, (reason) =>
      failures.push(reason),
    );
    one.finish();
    for (const minute of [1, 1, 0]) {
      await once(server, "request");
      clock.advance(minute * 60_000);
      await vi.waitUntil(() => clock.pendingTimers === 1 || failures.length > 0);
      clock.advance(2);
    }
    await one.done;
    expect(seen).toHaveLength(3);
  });

  it("is kept, and told of once, when it cannot be sent", async () => {
    answers = [busy];
    await sendAll(`${base()}/a`, "kept");
    expect(failures).toEqual([expect.stringContaining("503")]);
    expect(await readdir(folder)).toEqual(["spool"]);
  });
});

/** A store with what multipart uploads need; checks every signature for itself. */
class FakeStore {
  readonly objects = new Map<string, Buffer>();
  readonly #parts = new Map<string, Map<number, Buffer>>();

  answer(one: Seen, response: ServerResponse): void {
    if (signatureOf(one) !== one.request.headers.authorization?.split("Signature=")[1])
      return void response.writeHead(403).end("<Code>SignatureDoesNotMatch</Code>");
    const url = new URL(one.request.url ?? "", base());
    const name = decodeURIComponent(url.pathname);
    const id = url.searchParams.get("uploadId");
    if (one.request.method === "DELETE") return this.#abort(id ?? "", response);
    if (url.searchParams.has("uploads")) return this.#create(response);
    if (id === null) return this.#put(name, one.body, response);
    if (one.request.method === "PUT")
      return this.#part(id, Number(url.searchParams.get("partNumber")), one.body, response);
    this.#complete(id, name, one.body.toString(), response);
  }

  get open(): number {
    return this.#parts.size;
  }

  #create(response: ServerResponse): void {
    this.#parts.set("id+1", new Map());
    response.end("<R><UploadId>id+1</UploadId></R>");
  }

  #put(name: string, body: Buffer, response: ServerResponse): void {
    this.objects.set(name, body);
    response.end();
  }

  #part(id: string, number: number, body: Buffer, response: ServerResponse): void {
    this.#parts.get(id)?.set(number, body);
    response.setHeader("etag", `"${number}"`).end();
  }

  #complete(id: string, name: string, xml: string, response: ServerResponse): void {
    const listed = [...xml.matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>&quot;(\d+)&quot;/g)];
    const parts = listed.map(([, number]) => this.#parts.get(id)?.get(Number(number)));
    this.objects.set(name, Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0))));
    this.#parts.delete(id);
    response.end("<CompleteMultipartUploadResult/>");
  }

  #abort(id: string, response: ServerResponse): void {
    this.#parts.delete(id);
    response.writeHead(204).end();
  }
}

// As Amazon's documentation puts it, from what came over the wire.
function signatureOf({ request, body }: Seen): string {
  const { authorization = "" } = request.headers;
  const [, scope = "", names = ""] =
    /Credential=key\/([^,]+),SignedHeaders=([^,]+),/.exec(authorization) ?? [];
  const hash = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const fields = query.split("&").filter(Boolean);
  const canonical = [
    request.method,
    path,
    fields
      .map((field) => (field.includes("=") ? field : `${field}=`))
      .sort()
      .join("&"),
    ...names.split(";").map((name) => `${name}:${String(request.headers[name])}`),
    "",
    names,
    hash(body),
  ].join("\n");
  const stamp = String(request.headers["x-amz-date"]);
  const text = ["AWS4-HMAC-SHA256", stamp, scope, hash(canonical)].join("\n");
  const mac = (key: Buffer | string, data: string): Buffer =>
    createHmac("sha256", key).update(data).digest();
  const key = scope.split("/").reduce<Buffer | string>(mac, "AWS4secret");
  return mac(key, text).toString("hex");
}

describe("a recording for an S3 store", () => {
  let store: FakeStore;
  beforeEach(() => {
    store = new FakeStore();
    answers = [(one, response) => store.answer(one, response)];
  });

  it("is one object when it is small", async () => {
    await sendAll("s3://bucket/a folder/it's (1).webm", "small");
    expect(store.objects.get("/bucket/a folder/it's (1).webm")?.toString()).toBe("small");
    expect(seen).toHaveLength(1);
    expect(failures).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("goes in parts, joined in their order, each tried again for itself", async () => {
    const content = Buffer.alloc(2 * PART_BYTES + 17, "abcdefg");
    const normal = answers[0] ?? ok;
    answers = [normal, busy, normal, die, normal];
    await sendAll("s3://bucket/large", content);
    expect(failures).toEqual([]);
    expect(store.objects.get("/bucket/large")?.equals(content)).toBe(true);
    expect(store.open).toBe(0);
    expect(seen.length).toBe(7);
  });

  it("leaves no parts behind when it is given up", async () => {
    const normal = answers[0] ?? ok;
    answers = [normal, busy, busy, busy, normal];
    await sendAll("s3://bucket/large", Buffer.alloc(PART_BYTES));
    expect(failures).toEqual([expect.stringContaining("503")]);
    expect(store.open).toBe(0);
    expect(await readdir(folder)).toEqual(["spool"]);
  });

  it("is not tried again when it is refused", async () => {
    answers = [(_, response) => void response.writeHead(403).end("<Code>AccessDenied</Code>")];
    await sendAll("s3://bucket/a", "x");
    expect(failures).toEqual([expect.stringContaining("AccessDenied")]);
    expect(seen).toHaveLength(1);
  });

  it("needs credentials, a bucket and a key", () => {
    const options = { clock: systemClock, retry: RETRY, store: undefined };
    expect(() => senderTo("s3://bucket/a", options)).toThrow("credentials");
    const complete = { ...options, store: { ...STORE, endpoint: undefined } };
    expect(() => senderTo("s3://bucket/", complete)).toThrow("s3://bucket/key");
  });
});

describe("the address of another recording", () => {
  it("has a number before its extension", () => {
    expect(withSuffix("http://host.example/a.b/c.webm?x=y.z", "-2")).toBe(
      "http://host.example/a.b/c-2.webm?x=y.z",
    );
    expect(withSuffix("s3://bucket/a.b/c", "-3")).toBe("s3://bucket/a.b/c-3");
    expect(withSuffix("s3://bucket/c.webm", "")).toBe("s3://bucket/c.webm");
  });

  it("is known by the spool's", () => {
    expect(suffixOf("/s/abc-2.recording", "/s/abc.recording")).toBe("-2");
    expect(suffixOf("/s/abc.recording", "/s/abc.recording")).toBe("");
  });
});
