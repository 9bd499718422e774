import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isKurentoError } from "./errors.js";
import { FakeServer } from "./testing/fake-server.js";
import {
  Endpoint,
  MediaObject,
  MediaPipeline,
  TestClient,
  Unavailable,
} from "./testing/test-module.js";

let server: FakeServer;
let client: TestClient;
let pipeline: MediaPipeline;
let endpoint: Endpoint;

beforeEach(async () => {
  server = await FakeServer.start();
  client = await TestClient.connect(server.url);
  pipeline = await client.create(MediaPipeline);
  endpoint = await client.create(Endpoint, { mediaPipeline: pipeline, recvonly: true });
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

describe("create", () => {
  it("sends class and parameters, objects as their ids, in the session", () => {
    expect(server.callsOf("create")).toEqual([
      { type: "kurento.MediaPipeline", constructorParams: {}, sessionId: client.sessionId },
      {
        type: "kurento.Endpoint",
        constructorParams: { mediaPipeline: pipeline.id, recvonly: true },
        sessionId: client.sessionId,
      },
    ]);
    expect(endpoint).toBeInstanceOf(Endpoint);
    expect(endpoint.id).toMatch(/_kurento\.MediaPipeline\/.*_kurento\.Endpoint$/);
    expect(JSON.stringify({ endpoint })).toBe(`{"endpoint":"${endpoint.id}"}`);
  });

  it("rejects with the server's code, type and message", async () => {
    const error = await client.create(Unavailable).catch((thrown: unknown) => thrown);
    expect(isKurentoError(error)).toBe(true);
    expect(error).toMatchObject({
      code: 40108,
      type: "MEDIA_OBJECT_NOT_AVAILABLE",
      message: "Factory 'Unavailable' not found",
    });
  });

  it("rejects with 40001 naming a parameter without JSON form, and sends nothing", async () => {
    const sent = server.calls.length;
    const params = { name: (() => "x") as unknown as string };
    await expect(client.create(MediaPipeline, params)).rejects.toMatchObject({
      code: 40001,
      message: "'name' has no JSON form",
    });
    expect(server.calls.length).toBe(sent);
  });
});

describe("operations", () => {
  it("leave absent parameters out and resolve to nothing without a result", async () => {
    server.operations.set("connect", () => null);
    expect(await endpoint.connect(pipeline)).toBeUndefined();
    await endpoint.connect(pipeline, "AUDIO");
    expect(server.callsOf("invoke").map((call) => call["operationParams"])).toEqual([
      { sink: pipeline.id },
      { sink: pipeline.id, mediaType: "AUDIO" },
    ]);
  });

  it("send registers as they are", async () => {
    server.operations.set("addIceCandidate", () => null);
    await endpoint.addIceCandidate({ candidate: "candidate:1", sdpMLineIndex: 0 });
    expect(server.callsOf("invoke")[0]?.["operationParams"]).toEqual({
      candidate: { candidate: "candidate:1", sdpMLineIndex: 0 },
    });
  });

  it("reject values that JSON would change", async () => {
    const bad = { candidate: "c", sdpMLineIndex: Number.NaN };
    await expect(endpoint.addIceCandidate(bad)).rejects.toMatchObject({
      message: "'candidate.sdpMLineIndex' has no JSON form",
    });
  });

  it("reject an unknown operation with the server's error", async () => {
    await expect(endpoint.getName()).rejects.toMatchObject({ code: 40008, type: "UNDEFINED" });
  });

  it("reach the server in the order of the calls, without waiting", async () => {
    server.operations.set("setName", () => null);
    await Promise.all(["a", "b", "c"].map((name) => endpoint.setName(name)));
    const names = server.callsOf("invoke").map((call) => call["operationParams"]);
    expect(names).toEqual([{ name: "a" }, { name: "b" }, { name: "c" }]);
  });
});

describe("results", () => {
  function answer(operation: string, value: unknown): void {
    server.operations.set(operation, () => value as never);
  }

  it("give known ids their objects, unknown ones new objects of the class that the id names", async () => {
    answer("getParent", pipeline.id);
    expect(await endpoint.getParent()).toBe(pipeline);
    answer("getChildren", [endpoint.id, "p/u_kurento.Endpoint", "p/u_chroma.ChromaFilter"]);
    const [known, unknown, foreign] = await pipeline.getChildren();
    expect(known).toBe(endpoint);
    expect(unknown).toBeInstanceOf(Endpoint);
    expect(foreign).toBeInstanceOf(MediaObject);
    expect((await pipeline.getChildren())[1]).toBe(unknown);
  });

  it("keep null", async () => {
    answer("getParent", null);
    expect(await pipeline.getParent()).toBeNull();
  });

  it("decode registers by the type that the server names, without the type members", async () => {
    answer("getStats", {
      a: { __module__: "kurento", __type__: "RtcStats", id: "a", packets: 3, newer: true },
      b: { id: "b" },
      c: { __module__: "x", __type__: "Unknown", id: "c" },
    });
    expect(await endpoint.getStats()).toEqual({
      a: { id: "a", packets: 3, newer: true },
      b: { id: "b" },
      c: { id: "c" },
    });
  });

  it("decode numbers and enums", async () => {
    answer("getPosition", 9007199254740993n);
    expect(await endpoint.getPosition()).toBe(9007199254740992);
    answer("getVolume", 0.5);
    expect(await endpoint.getVolume()).toBe(0.5);
    answer("getState", "START");
    expect(await endpoint.getState()).toBe("START");
  });

  it.each([
    ["getName", 5, "'getName' should be a String"],
    ["getState", 5, "'getState' should be a String"],
    ["getPosition", 0.5, "'getPosition' should be a int64"],
    ["getVolume", "loud", "'getVolume' should be a double"],
    ["getParent", 5, "'getParent' should be an object id"],
    ["getChildren", {}, "'getChildren' should be a list"],
    ["getChildren", [5], "'getChildren[0]' should be an object id"],
    ["getStats", [], "'getStats' should be an object"],
    ["getStats", { a: 5 }, "'getStats.a' should be an object"],
    ["getStats", { a: { id: 5 } }, "'getStats.a.id' should be a String"],
  ] as const)("reject %s answering %j with 40001", async (operation, value, message) => {
    answer(operation, value);
    await expect(endpoint[operation]()).rejects.toMatchObject({
      code: 40001,
      type: "MARSHALL_ERROR",
      message,
    });
  });
});

describe("attach", () => {
  it("gives the one object of an id", () => {
    expect(client.attach(Endpoint, endpoint.id)).toBe(endpoint);
    const other = client.attach(MediaPipeline, "x_kurento.MediaPipeline");
    expect(client.attach(MediaPipeline, "x_kurento.MediaPipeline")).toBe(other);
  });
});

describe("release", () => {
  it("releases once", async () => {
    expect(endpoint.isReleased).toBe(false);
    await Promise.all([endpoint.release(), endpoint.release()]);
    await endpoint.release();
    expect(server.callsOf("release")).toEqual([
      { object: endpoint.id, sessionId: client.sessionId },
    ]);
    expect(endpoint.isReleased).toBe(true);
  });

  it("forgets the object and those below it", async () => {
    await pipeline.release();
    expect(client.attach(Endpoint, endpoint.id)).not.toBe(endpoint);
  });

  it("can be tried again after it failed", async () => {
    const object = client.attach(MediaPipeline, "unreleasable");
    await expect(object.release()).rejects.toMatchObject({ code: -32603 });
    expect(object.isReleased).toBe(false);
    await expect(object.release()).rejects.toMatchObject({ code: -32603 });
    expect(server.callsOf("release").length).toBe(2);
  });

  it("happens at the end of an await using", async () => {
    await endpoint[Symbol.asyncDispose]();
    expect(server.callsOf("release").length).toBe(1);
  });
});

describe("request", () => {
  it("calls methods without a typed form", async () => {
    expect(await client.request("ping")).toEqual({ value: "pong" });
    expect(await client.request("closeSession")).toEqual({});
  });

  it("rejects when aborted", async () => {
    server.silent.add("describe");
    const aborter = new AbortController();
    const answer = client.request("describe", {}, { signal: aborter.signal });
    aborter.abort(new Error("changed my mind"));
    await expect(answer).rejects.toThrow("changed my mind");
  });
});
