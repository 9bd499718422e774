import { describe, expect, it } from "vitest";
import { ResponseCache } from "../cache/response-cache.js";
import { ManualClock } from "../clock.js";
import type { JsonObject } from "../codec/json.js";
import { RpcError } from "../errors.js";
import { memoryTransportPair } from "../transport/memory-transport.js";
import type { Transport } from "../transport/transport.js";
import { Peer } from "./peer.js";

const clock = new ManualClock();

/** A peer that counts how often it is called, and a raw connection to it. */
function connect(
  cache: ResponseCache,
  scope: string,
): { send: Transport["send"]; next: () => Promise<JsonObject> } {
  const [left, right] = memoryTransportPair();
  const peer = new Peer(left, { responses: { cache, scope } });
  peer.handle("count", async () => (calls += 1));
  peer.handle("fail", () => {
    throw new RpcError(40_000 + (calls += 1), "failed");
  });
  const received: ((text: string) => void)[] = [];
  right.onMessage((text) => received.shift()?.(text));
  const next = async (): Promise<JsonObject> => {
    const text = await new Promise<string>((resolve) => received.push(resolve));
    return JSON.parse(text) as JsonObject;
  };
  return { send: (text) => right.send(text), next };
}

let calls = 0;
const request = (id: unknown, method = "count"): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method });

describe("a request that comes again", () => {
  it("is answered from memory, for 20 s", async () => {
    calls = 0;
    const { send, next } = connect(new ResponseCache(clock), "s");
    for (const expected of [1, 1]) {
      send(request(7));
      expect((await next())["result"]).toBe(expected);
    }
    clock.advance(20_000);
    send(request(7));
    expect((await next())["result"]).toBe(2);
  });

  it("while it is being executed gets the same answer", async () => {
    calls = 0;
    const { send, next } = connect(new ResponseCache(clock), "s");
    const answers = [next(), next()];
    for (const id of [7, "7"]) send(request(id));
    expect((await Promise.all(answers)).map(({ result }) => result)).toEqual([1, 1]);
  });

  it("gets the same error", async () => {
    calls = 0;
    const { send, next } = connect(new ResponseCache(clock), "s");
    for (let count = 0; count < 2; count += 1) {
      send(request(8, "fail"));
      expect(await next()).toMatchObject({ error: { code: 40_001 } });
    }
  });

  it("is known over another connection of the same scope only", async () => {
    calls = 0;
    const cache = new ResponseCache(clock);
    const results = [];
    for (const scope of ["s", "s", "t"]) {
      const { send, next } = connect(cache, scope);
      send(request(9));
      results.push((await next())["result"]);
    }
    expect(results).toEqual([1, 1, 2]);
  });
});
