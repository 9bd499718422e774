import { ManualClock } from "@kms/core/jsonrpc";
import { beforeEach, describe, expect, it } from "vitest";

import { usedHeap } from "./testing/heap.js";
import { MemoryTrimmer, processTrimmer } from "./memory-trimmer.js";

const mebibyte = 1024 * 1024;

let clock: ManualClock;
let heap: number;
let trims: number;
let trimmer: MemoryTrimmer;

beforeEach(() => {
  clock = new ManualClock();
  heap = 10 * mebibyte;
  trims = 0;
  trimmer = new MemoryTrimmer({
    clock,
    heapUsed: () => heap,
    trim: () => {
      trims += 1;
      heap = 8 * mebibyte;
    },
  });
});

describe("MemoryTrimmer", () => {
  it("waits until nothing has happened for half a second", () => {
    for (let request = 0; request < 10; request += 1) {
      trimmer.onActivity();
      clock.advance(400);
    }
    expect(trims).toBe(0);
    clock.advance(100);
    expect(trims).toBe(1);
  });

  it("does nothing while there is little to gain", () => {
    trimmer.onActivity();
    clock.advance(500);
    heap += 0.9 * mebibyte;
    trimmer.onActivity();
    clock.advance(5000);
    expect(trims).toBe(1);
    heap += 0.2 * mebibyte;
    trimmer.onActivity();
    clock.advance(500);
    expect(trims).toBe(2);
  });

  it("leaves no timer behind", () => {
    trimmer.onActivity();
    clock.advance(500);
    expect(clock.pendingTimers).toBe(0);
    trimmer.onActivity();
    trimmer.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it("collects the process's garbage and trims native memory", async () => {
    await usedHeap();
    let native = 0;
    const real = processTrimmer(clock, () => (native += 1));
    let garbage: string[][] | undefined = Array.from({ length: 100_000 }, (_, at) => [`${at}`]);
    const before = process.memoryUsage().heapUsed;
    expect(garbage.length).toBe(100_000);
    garbage = undefined;
    await new Promise((resolve) => setImmediate(resolve));
    real.onActivity();
    clock.advance(500);
    expect(native).toBe(1);
    expect(process.memoryUsage().heapUsed).toBeLessThan(before - 4 * mebibyte);
  });
});
