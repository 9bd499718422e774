// Recordings that go to another machine: written to a spool on this one, and sent from there while they grow.
import type { Clock } from "@kms/core/jsonrpc";
import { mkdir, rm } from "node:fs/promises";
import { parse } from "node:path";
import { GrowingFile } from "./growing-file.js";
import { putFile } from "./http-put.js";
import { S3Object, pause } from "./s3-upload.js";
import type { RetryPolicy, S3Store } from "./s3-upload.js";

type Send = (file: GrowingFile) => Promise<void>;

/** How uploads are made. */
export interface UploadOptions {
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  /** Absent: `s3://` addresses are refused. */
  readonly store: S3Store | undefined;
}

/** Five times within 15 s. */
export const usualRetry: RetryPolicy = { attempts: 5, delayMs: 1000 };

/** True for an address that recordings are sent to. */
export function isRemote(uri: string): boolean {
  return /^(?:https?|s3):\/\//i.test(uri);
}

/** The address of another recording of the same endpoint: `-2` before the extension, and so on. */
export function withSuffix(uri: string, suffix: string): string {
  const [, path = "", query = ""] = /^([^?#]*)(.*)$/.exec(uri) ?? [];
  return path.replace(/(\.[^./]*)?$/, (extension) => suffix + extension) + query;
}

/** How to send to an address. @throws Error saying why that is not possible */
export function senderTo(uri: string, options: UploadOptions): Send {
  const { clock, retry, store } = options;
  const url = new URL(uri);
  if (url.protocol !== "s3:") return (file) => retried(clock, retry, () => putFile(url, file));
  if (store === undefined) throw new Error("no S3 credentials are configured");
  const key = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === "" || key === "") throw new Error("an S3 address is s3://bucket/key");
  const object = new S3Object(store, { bucket: url.hostname, key }, clock, retry);
  return (file) => object.upload(file);
}

/** One recording on its way. The spool goes when it has arrived, and stays when it cannot be sent. */
export class RecordingUpload {
  readonly #file: GrowingFile;
  /** Resolves when it has arrived or was given up; never rejects. */
  readonly done: Promise<void>;

  /** @param onFailed told once, with the reason, when it is given up */
  constructor(path: string, send: Send, clock: Clock, onFailed: (reason: string) => void) {
    this.#file = new GrowingFile(path, clock);
    this.done = send(this.#file).then(
      () => this.#forget(),
      (error: unknown) => onFailed(error instanceof Error ? error.message : String(error)),
    );
  }

  /** Nothing more is recorded. */
  finish(): void {
    this.#file.finish();
  }

  async #forget(): Promise<void> {
    await rm(this.#file.path, { force: true });
  }
}

/** Makes the folder of a spool, for this user alone. */
export async function makeSpool(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** What native code put between the name of a spool and its extension. */
export function suffixOf(path: string, spool: string): string {
  return parse(path).name.slice(parse(spool).name.length);
}

/** An attempt that went well for that long is no reason to give up soon: attempts count from there. */
const GOOD_WHILE_MS = 60_000;

async function retried(clock: Clock, retry: RetryPolicy, send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const since = clock.now();
    try {
      return await send();
    } catch (error) {
      if (clock.now() - since >= GOOD_WHILE_MS) attempt = 1;
      if (attempt >= retry.attempts) throw error;
      await pause(clock, retry.delayMs * 2 ** (attempt - 1));
    }
  }
}
