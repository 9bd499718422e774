import { close, existsSync, fstatSync, mkdirSync, open, openSync, write, writeSync } from "node:fs";
import { readdir, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { isLogFileName, logFileName, midnightAfter } from "./file-names.js";
import type { LogTarget } from "./log-queue.js";

const openFile = promisify(open);
const closeFile = promisify(close);
const writeFile = promisify(write);
const lineBreak = 10;

/** Where log files lie and how much of them is kept. */
export interface RotatingFilesOptions {
  /** Made if it is not there. */
  readonly folder: string;
  /** A file is no larger, unless a single line is; so much disk space is left free as well, if older files can give it. */
  readonly maxFileBytes: number;
  /** How many files of full size are kept; smaller ones may be more. */
  readonly fileCount: number;
  readonly pid: number;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Log files in a directory: a new one when the current one is full and at midnight; the oldest go. Files of earlier
 * processes in the same directory count.
 */
export class RotatingFiles implements LogTarget {
  readonly #options: RotatingFilesOptions;
  #fd: number;
  #path: string;
  #bytes = 0;
  #counter = 0;
  #endsMs: number;

  /** @throws Error when the directory or the first file cannot be made */
  constructor(options: RotatingFilesOptions) {
    this.#options = options;
    makeFolder(options.folder);
    const nowMs = options.now();
    this.#path = this.#nextPath(nowMs);
    this.#endsMs = midnightAfter(nowMs);
    this.#fd = openSync(this.#path, "a");
    this.#bytes = fstatSync(this.#fd).size; // in a container, processes may have the same id within a second
  }

  /** The file that is being written. */
  get path(): string {
    return this.#path;
  }

  async write(lines: readonly Buffer[]): Promise<void> {
    let rest: Buffer = Buffer.concat(lines);
    while (rest.length > 0) {
      const fitting = this.#fitting(rest);
      if (fitting === 0) await this.#rotate();
      else rest = await this.#writePart(rest, fitting);
    }
  }

  writeNow(lines: readonly Buffer[]): void {
    for (const each of lines) writeSync(this.#fd, each);
  }

  async close(): Promise<void> {
    await closeFile(this.#fd);
  }

  // Bytes of whole lines that the current file still takes.
  #fitting(lines: Buffer): number {
    if (this.#options.now() >= this.#endsMs) return 0;
    const room = this.#options.maxFileBytes - this.#bytes;
    if (lines.length <= room) return lines.length;
    const whole = room > 0 ? lines.lastIndexOf(lineBreak, room - 1) + 1 : 0;
    // A line that no file is large enough for gets one of its own.
    return whole === 0 && this.#bytes === 0 ? lines.indexOf(lineBreak) + 1 : whole;
  }

  async #writePart(lines: Buffer, length: number): Promise<Buffer> {
    const { bytesWritten } = await writeFile(this.#fd, lines, 0, length);
    this.#bytes += bytesWritten;
    return lines.subarray(bytesWritten);
  }

  async #rotate(): Promise<void> {
    await this.#removeOldest();
    const nowMs = this.#options.now();
    this.#counter += 1;
    const path = this.#nextPath(nowMs);
    const fd = await openFile(path, "a");
    await closeFile(this.#fd);
    this.#fd = fd;
    this.#path = path;
    this.#bytes = 0;
    this.#endsMs = midnightAfter(nowMs);
  }

  async #removeOldest(): Promise<void> {
    const { maxFileBytes, fileCount } = this.#options;
    const files = await this.#files();
    let keptBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of files) {
      const isTooMuch = keptBytes + maxFileBytes > maxFileBytes * fileCount;
      if (!isTooMuch && (await this.#freeBytes()) >= maxFileBytes) return;
      if (path === this.#path) continue;
      await rm(path, { force: true });
      keptBytes -= bytes;
    }
  }

  // The oldest first, as the names begin with the time.
  async #files(): Promise<{ path: string; bytes: number }[]> {
    const names = (await readdir(this.#options.folder)).filter(isLogFileName).sort();
    const paths = names.map((name) => join(this.#options.folder, name));
    const sizes = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return paths.map((path, index) => ({ path, bytes: sizes[index] ?? 0 }));
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#options.folder);
    return bavail * bsize;
  }

  #nextPath(nowMs: number): string {
    return join(this.#options.folder, logFileName(nowMs, this.#counter, this.#options.pid));
  }
}

// Node's own recursive mkdir never ends where the parent is there but takes no directories, as /proc.
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
