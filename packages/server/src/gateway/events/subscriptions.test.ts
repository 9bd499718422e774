import { describe, expect, it } from "vitest";

import { Subscriptions } from "./subscriptions.js";

describe("subscriptions", () => {
  it("of one session to the same events count once, until the last is removed", () => {
    const subscriptions = new Subscriptions();
    const first = subscriptions.add("object", "Error", "a");
    const second = subscriptions.add("object", "Error", "a");
    subscriptions.add("object", "Error", "b");
    expect(first).not.toBe(second);
    expect(subscriptions.sessionsFor("object", "Error")).toEqual(["a", "b"]);
    subscriptions.remove("object", "a", first);
    subscriptions.remove("object", "b", second);
    subscriptions.remove("other", "a", second);
    expect(subscriptions.sessionsFor("object", "Error")).toEqual(["a", "b"]);
    subscriptions.remove("object", "a", second);
    expect(subscriptions.sessionsFor("object", "Error")).toEqual(["b"]);
    expect(subscriptions.size).toBe(1);
  });

  it("end with their session and with their object", () => {
    const subscriptions = new Subscriptions();
    for (const object of ["x", "y"]) {
      for (const session of ["a", "b"]) subscriptions.add(object, "Error", session);
    }
    subscriptions.removeSession("a");
    expect(subscriptions.sessionsFor("x", "Error")).toEqual(["b"]);
    subscriptions.removeObject("x");
    expect(subscriptions.sessionsFor("x", "Error")).toEqual([]);
    expect(subscriptions.sessionsFor("y", "Error")).toEqual(["b"]);
    subscriptions.removeSession("b");
    expect(subscriptions.size).toBe(0);
  });

  it("of a session end without a look at the objects of others", () => {
    const subscriptions = new Subscriptions();
    const count = 20_000;
    for (let index = 0; index < count; index++)
      subscriptions.add(`object${index}`, "Error", `session${index}`);
    const start = performance.now();
    for (let index = 0; index < count; index++) subscriptions.removeSession(`session${index}`);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(subscriptions.size).toBe(0);
  });
});
