import process from "node:process";
import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import { TestGateway } from "../testing/test-gateway.js";
import type { Wire } from "../testing/test-client.js";

const manager = "manager_ServerManager";
const error = (response: Wire): Wire => response["error"] as Wire;

/** Process ids of this process's children. */
async function children(): Promise<string> {
  return readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
}

async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return status !== "" && !/\) Z /.test(status);
}

describe("worker processes", () => {
  it("get pipelines in turn, and die alone", async () => {
    await using server = await TestGateway.start({ processes: true, workers: 2 });
    const client = await server.connect();
    const kept = await client.create("MediaPipeline");
    const lost = await client.create("MediaPipeline");
    const element = await client.create("PassThrough", { mediaPipeline: lost });
    await client.value("subscribe", { object: element, type: "Error" });
    await client.value("subscribe", { object: manager, type: "ObjectDestroyed" });
    const [first, second] = server.gateway.workers.slots;
    expect([first?.objects, second?.objects]).toEqual([1, 2]);
    const pid = second?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    await client.event(({ data }) => (data as Wire)["objectId"] === lost);
    expect(client.events.map(({ type, object }) => [type, object])).toEqual([
      ["Error", element],
      ["ObjectDestroyed", manager],
      ["ObjectDestroyed", manager],
    ]);
    expect(client.events[0]?.["data"]).toMatchObject({
      type: "UNEXPECTED_PIPELINE_ERROR",
      source: element,
    });
    expect(error(await client.request("describe", { object: lost }))).toMatchObject({
      code: 40101,
    });
    expect(await client.invoke(kept, "getName")).toBe(kept);
    await second?.whenReady();
    expect(second?.pid).not.toBe(pid);
    const fresh = await client.create("MediaPipeline");
    expect([first?.objects, second?.objects]).toEqual([1, 1]);
    expect(await client.invoke(fresh, "getName")).toBe(fresh);
  });

  it("fail calls at once when they die", async () => {
    await using server = await TestGateway.start({ processes: true, workers: 1 });
    const client = await server.connect();
    const pipeline = await client.create("MediaPipeline");
    const [slot] = server.gateway.workers.slots;
    process.kill(slot?.pid ?? 0, "SIGSTOP");
    const pending = client.request("invoke", { object: pipeline, operation: "getName" });
    const other = await server.connect();
    // Answered behind the first request: that one is on its way to the worker.
    await other.request("describe", { object: pipeline });
    process.kill(slot?.pid ?? 0, "SIGKILL");
    expect(error(await pending)).toMatchObject({
      code: 40108,
      message: "Media worker died",
      data: { type: "MEDIA_OBJECT_NOT_AVAILABLE" },
    });
    // A pipeline asked for while there is no worker waits for the next one.
    expect(await other.create("MediaPipeline")).toContain("MediaPipeline");
  });

  it("end when the gateway cannot listen", async () => {
    await using server = await TestGateway.start();
    const net = { websocket: { port: server.gateway.port, address: "127.0.0.1" } };
    const before = await children();
    const start = TestGateway.start({ processes: true, workers: 2, mediaServer: { net } });
    await expect(start).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await children()).toEqual(before);
  });

  it("end with the gateway", async () => {
    const server = await TestGateway.start({ processes: true, workers: 2 });
    const client = await server.connect();
    await client.create("MediaPipeline");
    const pids = server.gateway.workers.slots.map(({ pid }) => pid ?? 0);
    expect(await Promise.all(pids.map(isRunning))).toEqual([true, true]);
    const closed = client.closed();
    await server.gateway.close();
    expect((await closed).code).toBe(1001);
    expect(await Promise.all(pids.map(isRunning))).toEqual([false, false]);
  });
});

describe("a worker inside the process", () => {
  it("is closed in order: pipelines, then the host", async () => {
    const server = await TestGateway.start();
    const client = await server.connect();
    await client.create("MediaPipeline");
    await server[Symbol.asyncDispose]();
    expect(server.hosts.map(({ isClosed }) => isClosed)).toEqual([true]);
  });
});
