import { describe, expect, it } from "vitest";
import { ManualClock } from "../clock.js";
import { ResponseCache } from "./response-cache.js";

describe("ResponseCache", () => {
  it("replays for 20 s, whether or not it was replayed before", () => {
    const clock = new ManualClock();
    const cache = new ResponseCache(clock);
    cache.set("a", "text");
    clock.advance(19_999);
    expect(cache.get("a")).toBe("text");
    clock.advance(1);
    expect(cache.get("a")).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it("takes the ids 1 and '1' for the same, and scopes apart", () => {
    expect(ResponseCache.key("s", 1)).toBe(ResponseCache.key("s", "1"));
    expect(ResponseCache.key("s", 1n)).toBe(ResponseCache.key("s", "1"));
    expect(ResponseCache.key("s", 1)).not.toBe(ResponseCache.key("t", 1));
    expect(ResponseCache.key('a","b', "c")).not.toBe(ResponseCache.key("a", 'b","c'));
  });

  it("drops the oldest beyond the number of entries", () => {
    const cache = new ResponseCache(new ManualClock(), { maxEntries: 2 });
    for (const key of ["a", "b", "c"]) cache.set(key, key);
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([undefined, "b", "c"]);
  });

  it("drops the oldest beyond the amount of text", () => {
    const cache = new ResponseCache(new ManualClock(), { maxCharacters: 10 });
    cache.set("a", "1234");
    cache.set("b", "1234");
    cache.set("b", "123456");
    expect([cache.get("a"), cache.get("b")]).toEqual(["1234", "123456"]);
    cache.set("c", "1");
    expect([cache.get("a"), cache.get("c")]).toEqual([undefined, "1"]);
    cache.set("d", "x".repeat(11));
    expect(cache.size).toBe(0);
    cache.set("e", "1234567890");
    expect(cache.get("e")).toBe("1234567890");
  });

  it("counts the lifetime anew for a response that replaces another", () => {
    const clock = new ManualClock();
    const cache = new ResponseCache(clock, { lifetimeMs: 100 });
    cache.set("a", "one");
    cache.set("b", "b");
    clock.advance(60);
    cache.set("a", "two");
    clock.advance(60);
    expect([cache.get("a"), cache.get("b")]).toEqual(["two", undefined]);
  });

  it("forgets all when cleared", () => {
    const cache = new ResponseCache(new ManualClock());
    cache.set("a", "x");
    cache.clear();
    expect([cache.size, cache.get("a")]).toEqual([0, undefined]);
  });
});
