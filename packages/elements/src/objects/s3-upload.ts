// A recording sent to an S3 store while it is made: parts of a multipart upload, each tried again for itself.
import type { Clock } from "@kms/core/jsonrpc";
import { encodeStrictly, signedHeaders } from "./aws-signature.js";
import type { AwsCredentials } from "./aws-signature.js";
import type { GrowingFile } from "./growing-file.js";

/** Where objects are stored. */
export interface S3Store extends AwsCredentials {
  /** `https://host[:port]`; Amazon's own for the region when absent. */
  readonly endpoint: string | undefined;
}

/** What an object is called. */
export interface S3Name {
  readonly bucket: string;
  readonly key: string;
}

/** How often a request is tried, and how long to wait before the second time; doubled each time. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly delayMs: number;
}

/** How long one request may take: 340 kbit/s for a part. */
const REQUEST_MS = 120_000;
/** Every part but the last has to have 5 MiB. */
export const PART_BYTES = 5 * 1024 * 1024;

/** One object of a store. */
export class S3Object {
  readonly #store: S3Store;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #retry: RetryPolicy;

  constructor(store: S3Store, name: S3Name, clock: Clock, retry: RetryPolicy) {
    const endpoint = store.endpoint ?? `https://s3.${store.region}.amazonaws.com`;
    const path = [name.bucket, ...name.key.split("/")].map(encodeStrictly).join("/");
    this.#url = `${endpoint.replace(/\/+$/, "")}/${path}`;
    this.#store = store;
    this.#clock = clock;
    this.#retry = retry;
  }

  /** Sends the whole file; resolves when it is stored. @throws Error telling what went wrong */
  async upload(file: GrowingFile): Promise<void> {
    const parts = file.parts(PART_BYTES);
    try {
      const first = (await parts.next()).value ?? Buffer.alloc(0);
      if (first.length < PART_BYTES) await this.#send("PUT", "", first);
      else await this.#uploadParts(first, parts);
    } finally {
      await parts.return(undefined);
    }
  }

  async #uploadParts(first: Buffer, rest: AsyncGenerator<Buffer>): Promise<void> {
    const id = textIn(await (await this.#send("POST", "uploads=", "")).text(), "UploadId");
    try {
      await this.#sendParts(id, first, rest);
    } catch (error) {
      // Stores charge for parts that are left.
      await this.#once("DELETE", `uploadId=${encodeStrictly(id)}`, "").catch(() => null);
      throw error;
    }
  }

  async #sendParts(id: string, first: Buffer, rest: AsyncGenerator<Buffer>): Promise<void> {
    const tags = [await this.#sendPart(id, 1, first)];
    for await (const part of rest) {
      if (part.length > 0) tags.push(await this.#sendPart(id, tags.length + 1, part));
    }
    const list = tags.map(
      (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    const answer = await this.#send("POST", `uploadId=${encodeStrictly(id)}`, body);
    // A failure may come with status 200, after the store has begun to answer.
    if ((await answer.text()).includes("<Error>"))
      throw new Error("the store cannot join the parts");
  }

  async #sendPart(id: string, number: number, part: Buffer): Promise<string> {
    const query = `partNumber=${number}&uploadId=${encodeStrictly(id)}`;
    const answer = await this.#send("PUT", query, part);
    const tag = answer.headers.get("etag");
    if (tag === null) throw new Error("the store gives no ETag for a part");
    return tag.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
  }

  async #send(method: string, query: string, body: Buffer | string): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(method, query, body);
      } catch (error) {
        const isFinal = error instanceof RefusedError || attempt >= this.#retry.attempts;
        if (isFinal) throw error;
        await pause(this.#clock, this.#retry.delayMs * 2 ** (attempt - 1));
      }
    }
  }

  async #once(method: string, query: string, body: Buffer | string): Promise<Response> {
    const url = new URL(query === "" ? this.#url : `${this.#url}?${query}`);
    const { host: _, ...headers } = signedHeaders({ method, url, body }, this.#store, new Date());
    const signal = AbortSignal.timeout(REQUEST_MS);
    const init = { method, headers, signal, redirect: "manual" as const };
    const answer = await fetch(url, body.length > 0 ? { ...init, body } : init);
    if (answer.ok) return answer;
    const reason = `the store answers ${answer.status} ${await codeIn(answer)}`;
    throw answer.status < 500 && answer.status !== 429
      ? new RefusedError(reason)
      : new Error(reason);
  }
}

/** It would be refused again. */
class RefusedError extends Error {}

async function codeIn(answer: Response): Promise<string> {
  const [, code = ""] = /<Code>([^<]*)<\/Code>/.exec(await answer.text()) ?? [];
  return code;
}

function textIn(xml: string, element: string): string {
  const [, text = ""] = new RegExp(`<${element}>([^<]+)</${element}>`).exec(xml) ?? [];
  if (text === "") throw new Error(`the store gives no ${element}`);
  return text;
}

/** Resolves after `delayMs`. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}
