import { describe, expect, it } from "vitest";
import { ManualClock } from "../clock.js";
import { ResponseCache } from "./response-cache.js";

describe("ResponseCache", () => {
  it("replays for 20 s, whether or not it was replayed before", () => {
    const clock = new ManualClock();
    const cache = new ResponseCache(clock);
    cache.set("s", "a", "text");
    clock.advance(19_999);
    expect(cache.get("s", "a")).toBe("text");
    clock.advance(1);
    expect(cache.get("s", "a")).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it("takes the ids 1 and '1' for the same, and scopes apart", () => {
    const cache = new ResponseCache(new ManualClock());
    cache.set("s", 1, "one");
    expect([cache.get("s", "1"), cache.get("s", 1n), cache.get("t", 1)]).toEqual([
      "one",
      "one",
      undefined,
    ]);
  });

  it("gives a response that is being made, for as long as that takes", async () => {
    const clock = new ManualClock();
    const cache = new ResponseCache(clock, { lifetimeMs: 100 });
    cache.begin("s", 1, Promise.resolve("soon"));
    clock.advance(1000);
    expect([await cache.get("s", 1), cache.size]).toEqual(["soon", 0]);
    cache.set("s", 1, "made");
    expect([cache.get("s", 1), cache.size]).toEqual(["made", 1]);
    clock.advance(100);
    expect([cache.get("s", 1), cache.size]).toEqual([undefined, 0]);
  });

  it("keeps no more than its share of what comes and goes in great numbers", () => {
    const cache = new ResponseCache(new ManualClock(), { maxEntries: 4000 });
    for (let id = 0; id < 10_000; id += 1) cache.set("s", id, "x");
    expect([cache.size, cache.get("s", 5999), cache.get("s", 6000)]).toEqual([
      4000,
      undefined,
      "x",
    ]);
    for (let count = 0; count < 10_000; count += 1) cache.set("s", "same", "x");
    expect([cache.size, cache.get("s", "same")]).toEqual([1, "x"]);
  });

  it("drops the oldest beyond the number of entries", () => {
    const cache = new ResponseCache(new ManualClock(), { maxEntries: 2 });
    for (const key of ["a", "b", "c"]) cache.set("s", key, key);
    expect([cache.get("s", "a"), cache.get("s", "b"), cache.get("s", "c")]).toEqual([
      undefined,
      "b",
      "c",
    ]);
  });

  it("drops the oldest beyond the amount of text", () => {
    const cache = new ResponseCache(new ManualClock(), { maxCharacters: 10 });
    cache.set("s", "a", "1234");
    cache.set("s", "b", "1234");
    cache.set("s", "b", "123456");
    expect([cache.get("s", "a"), cache.get("s", "b")]).toEqual(["1234", "123456"]);
    cache.set("s", "c", "1");
    expect([cache.get("s", "a"), cache.get("s", "c")]).toEqual([undefined, "1"]);
    cache.set("s", "d", "x".repeat(11));
    expect(cache.size).toBe(0);
    cache.set("s", "e", "1234567890");
    expect(cache.get("s", "e")).toBe("1234567890");
  });

  it("counts the lifetime anew for a response that replaces another", () => {
    const clock = new ManualClock();
    const cache = new ResponseCache(clock, { lifetimeMs: 100 });
    cache.set("s", "a", "one");
    cache.set("s", "b", "b");
    clock.advance(60);
    cache.set("s", "a", "two");
    clock.advance(60);
    expect([cache.get("s", "a"), cache.get("s", "b")]).toEqual(["two", undefined]);
  });

  it("forgets all when cleared", () => {
    const cache = new ResponseCache(new ManualClock());
    cache.set("s", "a", "x");
    cache.clear();
    expect([cache.size, cache.get("s", "a")]).toEqual([0, undefined]);
  });
});
