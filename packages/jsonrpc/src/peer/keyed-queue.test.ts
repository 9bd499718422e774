import { describe, expect, it } from "vitest";
import { KeyedQueue } from "./keyed-queue.js";

describe("KeyedQueue", () => {
  it("starts a task of an idle key at once and forgets idle keys", async () => {
    const queue = new KeyedQueue();
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const task = (name: string) => (): Promise<void> => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    };
    queue.run("a", task("a1"));
    queue.run("a", task("a2"));
    queue.run("b", task("b1"));
    expect([started, queue.size]).toEqual([["a1", "b1"], 2]);
    ends.get("a1")?.();
    ends.get("b1")?.();
    await new Promise(setImmediate);
    expect([started, queue.size]).toEqual([["a1", "b1", "a2"], 1]);
    ends.get("a2")?.();
    await new Promise(setImmediate);
    expect(queue.size).toBe(0);
  });
});
