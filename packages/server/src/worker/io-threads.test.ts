import { describe, expect, it } from "vitest";

import { IoThreads } from "./io-threads.js";

describe("endpoints", () => {
  it("stay on their pipeline's thread while they are few", () => {
    const threads = new IoThreads(3);
    const indices = Array.from({ length: 8 }, () => threads.assignEndpoint(1).index);
    expect(new Set(indices)).toEqual(new Set([1]));
  });

  it("are spread over all threads when they are many", () => {
    const threads = new IoThreads(3);
    const loads = [0, 0, 0];
    for (let i = 0; i < 300; i += 1) {
      const { index } = threads.assignEndpoint(0);
      loads[index] = (loads[index] ?? 0) + 1;
    }
    expect(Math.min(...loads)).toBeGreaterThanOrEqual(97);
    expect(Math.max(...loads)).toBeLessThanOrEqual(106);
  });

  it("make room when they go", () => {
    const threads = new IoThreads(2);
    const leases = Array.from({ length: 8 }, () => threads.assignEndpoint(0));
    expect(threads.assignEndpoint(0).index).toBe(1);
    leases[0]?.end();
    leases[0]?.end();
    const next = Array.from({ length: 3 }, () => threads.assignEndpoint(0).index);
    expect(next).toEqual([0, 0, 1]);
  });

  it("have one thread where there is one", () => {
    const threads = new IoThreads(1);
    for (let i = 0; i < 30; i += 1) expect(threads.assignEndpoint(0).index).toBe(0);
  });
});

describe("pipelines", () => {
  it("go to the thread with the fewest of them", () => {
    const threads = new IoThreads(2);
    const [first, second] = [threads.assign(), threads.assign()];
    expect([first.index, second.index, threads.assign().index]).toEqual([0, 1, 0]);
    second.end();
    expect(threads.assign().index).toBe(1);
  });
});
