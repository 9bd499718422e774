import { describe, expect, it } from "vitest";

import { TestGateway } from "../testing/test-gateway.js";
import type { TestClient, Wire } from "../testing/test-client.js";
import { CallLine } from "./call-line.js";

/** Sends all calls at once and gives their responses in the order in which they come. */
async function pipelined(client: TestClient, calls: readonly Wire[]): Promise<Wire[]> {
  for (const [index, call] of calls.entries())
    client.send(JSON.stringify({ jsonrpc: "2.0", id: 1000 + index, ...call }));
  const responses: Wire[] = [];
  for (let left = calls.length; left > 0; left -= 1)
    responses.push(JSON.parse(await client.receive()) as Wire);
  return responses;
}

function invoke(object: string, operation: string, operationParams?: Wire): Wire {
  return { method: "invoke", params: { object, operation, operationParams } };
}

function outcome({ result, error }: Wire): unknown {
  return error === undefined ? (result as Wire)["value"] : (error as Wire)["code"];
}

describe("calls sent without waiting", () => {
  it("are answered in their order, as if each had waited", async () => {
    await using server = await TestGateway.start({ workers: 2 });
    const client = await server.connect();
    const [first, second] = [
      await client.create("MediaPipeline"),
      await client.create("MediaPipeline"),
    ];
    const responses = await pipelined(client, [
      invoke(first, "setName", { name: "a" }),
      invoke(first, "getName"),
      invoke(second, "setName", { name: "b" }),
      invoke(first, "fly"),
      invoke(first, "setName", { name: "c" }),
      invoke(first, "getName"),
      { method: "ping" },
      invoke("nobody", "getName"),
      invoke("manager_ServerManager", "getPipelines"),
      { method: "release", params: { object: first } },
      invoke(first, "getName"),
      invoke(second, "getName"),
    ]);
    expect(responses.map(({ id }) => id)).toEqual(responses.map((_, index) => 1000 + index));
    const pipelines = [first, second].sort();
    expect(responses.map(outcome)).toEqual([
      null,
      "a",
      null,
      40008,
      null,
      "c",
      "pong",
      40101,
      pipelines,
      undefined,
      40101,
      "b",
    ]);
  });

  it("are executed once each, however often they come", async () => {
    await using server = await TestGateway.start();
    const client = await server.connect();
    const pipeline = await client.create("MediaPipeline");
    const add = { ...invoke(pipeline, "addTag", { key: "k", value: "v" }), id: 77 };
    const create = { method: "create", params: { type: "MediaPipeline" }, id: 78 };
    const responses = await pipelined(client, [add, add, create, create, add]);
    expect(responses.map(({ id }) => id)).toEqual([77, 77, 78, 78, 77]);
    expect(responses[3]).toEqual(responses[2]);
    expect(await client.invoke("manager_ServerManager", "getPipelines")).toHaveLength(2);
    expect(await client.invoke(pipeline, "getTags")).toHaveLength(1);
  });

  it("are executed once when they come again over another connection meanwhile", async () => {
    await using server = await TestGateway.start();
    const [first, second] = [await server.connect(), await server.connect()];
    const sessionId = String(
      ((await first.request("describe", { object: "manager_ServerManager" }))["result"] as Wire)[
        "sessionId"
      ],
    );
    const create = {
      id: 9,
      jsonrpc: "2.0",
      method: "create",
      params: { sessionId, type: "MediaPipeline" },
    };
    for (const client of [first, second]) client.send(JSON.stringify(create));
    expect(await second.receive()).toBe(await first.receive());
    expect(await first.invoke("manager_ServerManager", "getPipelines")).toHaveLength(1);
  });

  it("may name another session, which the connection serves from then on", async () => {
    await using server = await TestGateway.start();
    const client = await server.connect();
    const pipeline = await client.create("MediaPipeline");
    const other = {
      method: "invoke",
      params: { object: pipeline, operation: "getName", sessionId: "other" },
    };
    const responses = await pipelined(client, [
      invoke(pipeline, "getName"),
      other,
      invoke(pipeline, "getName"),
    ]);
    const sessions = responses.map(({ result }) => (result as Wire)["sessionId"]);
    expect(sessions.slice(1)).toEqual(["other", "other"]);
    expect(sessions[0]).not.toBe("other");
  });
});

describe("CallLine", () => {
  it("keeps responses back until those before them are there", async () => {
    const sent: string[] = [];
    const line = new CallLine({ send: (text) => sent.push(text) });
    const [first, second] = [line.add("pipeline"), line.add("pipeline")];
    expect([first.ahead, second.ahead]).toEqual([0, 1]);
    const drained = line.drained();
    line.finish(second, "second");
    expect(sent).toEqual([]);
    line.finish(first, "first");
    await drained;
    expect(sent).toEqual(["first", "second"]);
  });

  it("takes calls of one pipeline, and so many at a time", () => {
    const line = new CallLine({ send: () => undefined });
    line.add("pipeline");
    expect(line.takes("pipeline", 2)).toBe(true);
    expect(line.takes("other", 2)).toBe(false);
    line.add("pipeline");
    expect(line.takes("pipeline", 2)).toBe(false);
  });
});
