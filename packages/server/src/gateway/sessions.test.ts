import { ManualClock } from "@kms/core/jsonrpc";
import type { ObjectClock } from "@kms/core";
import { describe, expect, it } from "vitest";

import { TestGateway } from "../testing/test-gateway.js";
import type { TestClient, Wire } from "../testing/test-client.js";

const manager = "manager_ServerManager";
const result = (response: Wire): Wire => response["result"] as Wire;
const errorCode = (response: Wire): unknown => (response["error"] as Wire | undefined)?.["code"];

async function sessionOf(client: TestClient): Promise<string> {
  return String(result(await client.request("connect", {}))["sessionId"]);
}

describe("sessions", () => {
  it("begin when they use an object", async () => {
    await using server = await TestGateway.start();
    const client = await server.connect();
    const connected = result(await client.request("connect"));
    expect(Object.keys(connected)).toEqual(["serverId", "sessionId"]);
    const { sessionId } = connected;
    // The connection's session is injected, and does not exist yet.
    expect(errorCode(await client.request("connect", {}))).toBe(40007);
    expect(errorCode(await client.request("keepAlive", {}))).toBe(40007);
    await client.request("describe", { object: manager });
    expect(result(await client.request("connect", {}))).toEqual({ ...connected, sessionId });
    expect(await client.invoke(manager, "getSessions")).toEqual(["", sessionId]);
  });

  it("are injected into requests of their connection", async () => {
    await using server = await TestGateway.start();
    const client = await server.connect();
    expect(result(await client.request("ping"))).toEqual({ value: "pong" });
    const { sessionId } = result(await client.request("create", { type: "MediaPipeline" }));
    expect(result(await client.request("ping"))).toEqual({ value: "pong", sessionId });
    expect(result(await client.request("ping", { sessionId: 5 }))).toEqual({
      value: "pong",
      sessionId: "5",
    });
  });

  it("go on after a reconnect, with their subscriptions", async () => {
    await using server = await TestGateway.start();
    const first = await server.connect();
    const pipeline = await first.create("MediaPipeline");
    const element = await first.create("PassThrough", { mediaPipeline: pipeline });
    await first.value("subscribe", { object: element, type: "ElementConnected" });
    const sessionId = result(await first.request("ping"))["sessionId"];
    first.terminate();
    const second = await server.connect();
    expect(result(await second.request("connect", { sessionId }, 1001))["sessionId"]).toBe(
      sessionId,
    );
    await second.request(
      "invoke",
      {
        object: element,
        operation: "connect",
        operationParams: { sink: element, mediaType: "VIDEO" },
      },
      1002,
    );
    expect(second.events).toHaveLength(1);
  });

  it("move to the connection that used them last", async () => {
    await using server = await TestGateway.start();
    const [first, second] = [await server.connect(), await server.connect()];
    await first.create("MediaPipeline");
    const sessionId = result(await first.request("ping"))["sessionId"];
    await second.request("ping", { sessionId }, 1001);
    expect(result(await second.request("ping", {}, 1002))).toEqual({ value: "pong", sessionId });
    expect(result(await first.request("ping", {}, 1003))).toEqual({ value: "pong" });
  });

  it("replay the response to a repeated request, and do not run it again", async () => {
    await using server = await TestGateway.start();
    const client = await server.connect();
    const first = await client.request("create", { type: "MediaPipeline" }, 7);
    expect(await client.request("create", { type: "MediaPipeline" }, "7")).toEqual(first);
    expect(await client.request("ping", {}, 7)).toEqual(first);
    expect(await client.invoke(manager, "getPipelines")).toHaveLength(1);
    const failed = await client.request("describe", { object: "nope" }, 8);
    expect(await client.request("ping", {}, 8)).toEqual(failed);
  });

  it("may do without that", async () => {
    await using server = await TestGateway.start({
      mediaServer: { resources: { disableRequestCache: true } },
    });
    const client = await server.connect();
    await client.request("create", { type: "MediaPipeline" }, 7);
    expect(result(await client.request("ping", {}, 7))["value"]).toBe("pong");
  });

  it("share objects; the last one that lets go releases them", async () => {
    await using server = await TestGateway.start();
    const [first, second] = [await server.connect(), await server.connect()];
    const pipeline = await first.create("MediaPipeline");
    const kept = await first.create("PassThrough", { mediaPipeline: pipeline });
    const lost = await first.create("PassThrough", { mediaPipeline: pipeline });
    const sessionId = await sessionOf(second);
    await second.request("ref", { object: kept, sessionId });
    expect(await first.request("closeSession", {})).toEqual({
      id: 4,
      jsonrpc: "2.0",
      result: null,
    });
    expect(await second.invoke(pipeline, "getChildren")).toEqual([kept]);
    expect(errorCode(await second.request("describe", { object: lost }))).toBe(40101);
    await second.request("unref", { object: pipeline, sessionId });
    expect(errorCode(await second.request("describe", { object: kept }))).toBe(40101);
    expect(server.hosts).toHaveLength(1);
  });

  it("inherit what is made below what they use", async () => {
    await using server = await TestGateway.start();
    const [first, second] = [await server.connect(), await server.connect()];
    const pipeline = await first.create("MediaPipeline");
    await second.request("describe", { object: pipeline });
    const element = await first.create("PassThrough", { mediaPipeline: pipeline });
    await first.request("closeSession", {});
    expect(await second.invoke(pipeline, "getChildren")).toEqual([element]);
  });

  it("may close with all that they use, also for others", async () => {
    await using server = await TestGateway.start();
    const [first, second] = [await server.connect(), await server.connect()];
    const pipeline = await first.create("MediaPipeline");
    await second.request("describe", { object: pipeline });
    await first.request("closeSession", { release: true });
    expect(errorCode(await second.request("describe", { object: pipeline }))).toBe(40101);
    expect(await second.invoke(manager, "getPipelines")).toEqual([]);
  });
});

describe("garbage collection", () => {
  function testClock(): { time: ManualClock; clock: ObjectClock } {
    const time = new ManualClock();
    const clock = {
      now: () => time.now(),
      after: (ms: number, then: () => void) => time.after(ms, then),
      wallTimeMs: () => 0,
    };
    return { time, clock };
  }

  it("ends sessions without a connection after one to two periods", async () => {
    const { time, clock } = testClock();
    await using server = await TestGateway.start({
      clock,
      mediaServer: { resources: { garbageCollectorPeriod: 6 } },
    });
    const [watcher, client] = [await server.connect(), await server.connect()];
    await watcher.value("subscribe", { object: manager, type: "ObjectDestroyed" });
    const pipeline = await client.create("MediaPipeline");
    time.advance(60_000);
    expect(await client.invoke(pipeline, "getName")).toBe(pipeline);
    await client.close();
    time.advance(6000);
    expect(await watcher.invoke(manager, "getPipelines")).toEqual([pipeline]);
    time.advance(6000);
    expect(await watcher.invoke(manager, "getPipelines")).toEqual([]);
    expect((await watcher.event(({ type }) => type === "ObjectDestroyed"))["data"]).toMatchObject({
      objectId: pipeline,
    });
    expect(server.gateway.workers.slots.map(({ objects }) => objects)).toEqual([0]);
  });
});
