import { PassThrough } from "node:stream";

import { beforeEach, describe, expect, it } from "vitest";

import { takeLines } from "./line-stream.js";
import { LogQueue } from "./log-queue.js";
import type { LogTarget } from "./log-queue.js";

/** A target whose writes wait until the test lets them go. */
class SlowTarget implements LogTarget {
  readonly written: string[] = [];
  isClosed = false;
  failure: Error | undefined;
  #gate: Promise<void> = Promise.resolve();
  #open = (): void => undefined;

  shut(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }
  open(): void {
    this.#open();
  }
  async write(lines: readonly Buffer[]): Promise<void> {
    await this.#gate;
    if (this.failure !== undefined) throw this.failure;
    this.writeNow(lines);
  }
  writeNow(lines: readonly Buffer[]): void {
    this.written.push(Buffer.concat(lines).toString());
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
}

let target: SlowTarget;
let losses: number[];
let failures: unknown[];
let queue: LogQueue;

beforeEach(() => {
  target = new SlowTarget();
  losses = [];
  failures = [];
  queue = new LogQueue(target, {
    onLoss: (lines) => losses.push(lines),
    onFailure: (error) => failures.push(error),
  });
});

function push(text: string): void {
  queue.push(Buffer.from(text));
}

describe("a queue of lines", () => {
  it("writes in order, together what comes together, everything before it closes", async () => {
    push("a\n");
    push("b\n");
    await queue.close();
    expect([target.written, target.isClosed]).toEqual([["a\nb\n"], true]);
  });

  it("keeps what comes while it writes", async () => {
    target.shut();
    push("a\n");
    await Promise.resolve();
    push("b\n");
    target.open();
    await queue.close();
    expect(target.written.join("")).toBe("a\nb\n");
  });

  it("is bounded, and counts what it drops", async () => {
    const megabyte = `${"x".repeat(1024 * 1024 - 1)}\n`;
    target.shut();
    for (let i = 0; i < 20; i += 1) push(megabyte);
    expect(queue.isBusy).toBe(true);
    target.open();
    await queue.close();
    expect(target.written.join("").length).toBe(16 * megabyte.length);
    expect(losses).toEqual([4]);
  });

  it("tells once that lines cannot be written, and how many were lost when they can", async () => {
    target.failure = new Error("disk full");
    push("a\nb\n");
    await expect.poll(() => failures).toEqual([target.failure]);
    push("c\n");
    await queue.close();
    target.failure = undefined;
    push("d\n");
    await queue.close();
    expect([failures.length, losses, target.written]).toEqual([1, [3], ["d\n"]]);
  });

  it("writes what waits when the process ends", () => {
    target.shut();
    push("a\n");
    queue.flushNow();
    expect(target.written).toEqual(["a\n"]);
  });
});

describe("a stream of lines", () => {
  it("is taken line by line, its broken end too", async () => {
    const stream = new PassThrough();
    const taken = takeLines(stream, queue);
    stream.write("one\ntw");
    await expect.poll(() => target.written.join("")).toBe("one\n");
    push("between\n");
    await expect.poll(() => target.written.join("")).toBe("one\nbetween\n");
    stream.end("o\nthr");
    await taken;
    await queue.close();
    expect(target.written.join("")).toBe("one\nbetween\ntwo\nthr\n");
  });

  it("keeps what came before the sender broke off", async () => {
    const stream = new PassThrough();
    const taken = takeLines(stream, queue);
    stream.write("one\ntw");
    await expect.poll(() => target.written.join("")).toBe("one\n");
    stream.destroy(new Error("reset"));
    await expect(taken).rejects.toThrow("reset");
    await queue.close();
    expect(target.written.join("")).toBe("one\ntw\n");
  });

  it("lets the sender wait while the queue is busy", async () => {
    const stream = new PassThrough({ highWaterMark: 1024 });
    target.shut();
    push("first\n");
    await Promise.resolve();
    push(`${"x".repeat(5 * 1024 * 1024)}\n`);
    const taken = takeLines(stream, queue);
    for (let i = 0; i < 64; i += 1) stream.write(`${"y".repeat(1023)}\n`);
    await new Promise(setImmediate);
    expect(stream.readableLength + stream.writableLength).toBeGreaterThan(32 * 1024);
    target.open();
    stream.end();
    await taken;
    await queue.close();
    expect(target.written.join("").split("\n")).toHaveLength(67);
  });
});
