// A file that is read while something else still writes it.
import type { Clock } from "@kms/core/jsonrpc";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 256 * 1024;
const POLL_MS = 100;

/** Append-only; ends when its writer says so with {@link finish}. */
export class GrowingFile {
  readonly path: string;
  readonly #clock: Clock;
  #isFinished = false;
  #wake: () => void = () => undefined;

  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Nothing more is written. */
  finish(): void {
    this.#isFinished = true;
    this.#wake();
  }

  /** All of it from its beginning, in pieces, as they come; may be read more than once, one reader at a time. */
  async *read(): AsyncGenerator<Buffer> {
    const file = await open(this.path, "r");
    try {
      yield* this.#follow(file);
    } finally {
      await file.close();
    }
  }

  /** The same in parts of that size; the last one is smaller. */
  async *parts(bytes: number): AsyncGenerator<Buffer> {
    let held: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.read()) {
      held.push(chunk);
      size += chunk.length;
      if (size < bytes) continue;
      let all = Buffer.concat(held);
      for (; all.length >= bytes; all = all.subarray(bytes)) yield all.subarray(0, bytes);
      held = [all];
      size = all.length;
    }
    yield Buffer.concat(held);
  }

  async *#follow(file: FileHandle): AsyncGenerator<Buffer> {
    for (let at = 0; ;) {
      // Asked before reading: what was written until then is read.
      const isLast = this.#isFinished;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
      at += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (isLast) return;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(POLL_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      if (this.#isFinished) this.#wake();
    });
  }
}
