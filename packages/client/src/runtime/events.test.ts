import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventStream } from "./event-stream.js";
import type { ClientProblem } from "./problem.js";
import { FakeServer } from "./testing/fake-server.js";
import { Endpoint, MediaPipeline, TestClient } from "./testing/test-module.js";

let server: FakeServer;
let client: TestClient;
let pipeline: MediaPipeline;
let endpoint: Endpoint;
let problems: ClientProblem[];

beforeEach(async () => {
  problems = [];
  server = await FakeServer.start();
  client = await TestClient.connect(server.url, { onProblem: (problem) => problems.push(problem) });
  pipeline = await client.create(MediaPipeline);
  endpoint = await client.create(Endpoint, { mediaPipeline: pipeline });
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

const candidate = {
  __module__: "kurento",
  __type__: "IceCandidate",
  candidate: "c1",
  sdpMLineIndex: 0,
};

/** All messages that the server sent before are handled once this is answered. */
async function settled(): Promise<void> {
  await client.request("ping");
}

describe("on and off", () => {
  it("subscribes once for all listeners of an event and unsubscribes after the last", async () => {
    const first = (): void => undefined;
    const second = (): void => undefined;
    await Promise.all([
      endpoint.on("Error", first),
      endpoint.on("Error", second),
      endpoint.on("Error", first),
    ]);
    await endpoint.on("IceCandidateFound", first);
    expect(server.callsOf("subscribe").map((call) => call["type"])).toEqual([
      "Error",
      "IceCandidateFound",
    ]);
    await endpoint.off("Error", first);
    await endpoint.off("Error", () => undefined);
    expect(server.callsOf("unsubscribe")).toEqual([]);
    await endpoint.off("Error", second);
    await endpoint.off("Error", second);
    expect(server.callsOf("unsubscribe")).toEqual([
      {
        object: endpoint.id,
        subscription: expect.stringMatching(/^subscription-/) as string,
        sessionId: client.sessionId,
      },
    ]);
  });

  it("hands decoded events to each listener, also when one fails", async () => {
    const seen: unknown[] = [];
    await endpoint.on("IceCandidateFound", () => {
      throw new Error("listener failed");
    });
    await endpoint.on("IceCandidateFound", (event) =>
      seen.push([event.source, event.candidate, event.timestampMillis]),
    );
    server.raise(endpoint.id, "IceCandidateFound", { candidate });
    await settled();
    expect(seen).toEqual([[endpoint, { candidate: "c1", sdpMLineIndex: 0 }, "5"]]);
    expect(problems).toMatchObject([
      { kind: "listener", message: "listener of IceCandidateFound failed" },
    ]);
  });

  it("does not miss an event that overtakes the answer to subscribe", async () => {
    const seen: string[] = [];
    server.silent.add("subscribe");
    const sent = server.called("subscribe");
    endpoint
      .on("IceCandidateFound", (event) => seen.push(event.candidate.candidate))
      .catch(() => undefined);
    await sent;
    server.raise(endpoint.id, "IceCandidateFound", { candidate });
    await settled();
    expect(seen).toEqual(["c1"]);
  });

  it("ignores events of others and after off", async () => {
    const seen: unknown[] = [];
    const listener = (event: unknown): unknown => seen.push(event);
    await endpoint.on("Error", listener);
    server.raise("other", "Error", { errorCode: 1 });
    server.raise(endpoint.id, "IceCandidateFound", { candidate });
    await settled();
    await endpoint.off("Error", listener);
    server.raise(endpoint.id, "Error", { errorCode: 1 });
    await settled();
    expect([seen, problems]).toEqual([[], []]);
  });

  it("subscribes anew when a listener comes back", async () => {
    const seen: unknown[] = [];
    const listener = (event: { errorCode: number }): unknown => seen.push(event.errorCode);
    const all = [
      endpoint.on("Error", listener),
      endpoint.off("Error", listener),
      endpoint.on("Error", listener),
    ];
    await Promise.all(all);
    expect(server.callsOf("subscribe").length).toBe(2);
    server.raise(endpoint.id, "Error", { errorCode: 7 });
    await settled();
    expect(seen).toEqual([7]);
  });

  it("rejects for an event that the object lacks, reports it, and can be tried again", async () => {
    const listener = (): void => undefined;
    for (const count of [1, 2]) {
      await expect(endpoint.on("Unsupported", listener)).rejects.toMatchObject({ code: 40106 });
      expect(problems.length).toBe(count);
    }
    expect(problems[0]).toMatchObject({ kind: "subscription", message: /Unsupported/ });
    await endpoint.off("Unsupported", listener);
    expect(server.callsOf("unsubscribe")).toEqual([]);
  });

  it("reports events that are malformed and goes on", async () => {
    const seen: unknown[] = [];
    await endpoint.on("IceCandidateFound", (event) => seen.push(event));
    server.raise(endpoint.id, "IceCandidateFound", { candidate: "no register" });
    server.sendRaw('{"jsonrpc":"2.0","method":"onEvent","params":[]}');
    server.sendRaw('{"jsonrpc":"2.0","method":"onEvent","params":{"value":{"object":"x"}}}');
    server.sendRaw('{"jsonrpc":"2.0","method":"other"}');
    server.sendRaw('{"jsonrpc":"2.0","id":999,"result":1}');
    server.sendRaw("");
    await settled();
    expect(seen).toEqual([]);
    const kinds = problems.map((problem) => problem.kind).toSorted();
    expect(kinds).toEqual(["event", "event", "event", "event", "unexpected response"]);
  });

  it("drops listeners with the released object and its parent", async () => {
    await endpoint.on("Error", () => undefined);
    await pipeline.release();
    await endpoint.off("Error", () => undefined);
    expect(server.callsOf("unsubscribe")).toEqual([]);
  });
});

describe("events", () => {
  it("gives events in order, and unsubscribes when the loop is left", async () => {
    const seen: number[] = [];
    const stream = endpoint.events("Error");
    for (const errorCode of [1, 2, 3]) server.raise(endpoint.id, "Error", { errorCode });
    const unsubscribed = server.called("unsubscribe");
    for await (const event of stream) {
      seen.push(event.errorCode);
      if (event.errorCode === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    expect(await unsubscribed).toMatchObject({ object: endpoint.id });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("wakes a reader that waits", async () => {
    const stream = endpoint.events("Error");
    const next = stream.next();
    await settled();
    server.raise(endpoint.id, "Error", { errorCode: 4 });
    expect((await next).value).toMatchObject({ errorCode: 4, source: endpoint });
    await stream.return();
  });

  it("ends after what waits when the object is released", async () => {
    const stream = endpoint.events("Error");
    await settled();
    server.raise(endpoint.id, "Error", { errorCode: 1 });
    await pipeline.release();
    expect((await stream.next()).value).toMatchObject({ errorCode: 1 });
    expect((await stream.next()).done).toBe(true);
  });

  it("rejects when subscribing fails, then is over", async () => {
    const stream = endpoint.events("Unsupported");
    await expect(stream.next()).rejects.toMatchObject({ code: 40106 });
    expect((await stream.next()).done).toBe(true);
  });

  it("ends when the client is closed", async () => {
    const next = endpoint.events("Error").next();
    await settled();
    await client.close();
    expect((await next).done).toBe(true);
  });
});

describe("EventStream", () => {
  it("fails rather than lose events of a reader that is too slow", async () => {
    let ends = 0;
    const stream = new EventStream<number>(() => (ends += 1));
    for (let count = 0; count <= 10_001; count += 1) stream.push(count);
    await expect(stream.next()).rejects.toThrow("More than 10000 events wait");
    expect([(await stream.next()).done, ends]).toEqual([true, 1]);
  });
});
