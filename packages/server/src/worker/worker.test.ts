import { coreModule, MediaObject, mediaObjectSpec, MediaPipeline, silentLogger } from "@kms/core";
import type { ClassSpec, HostOptions, Operation, ServerModule } from "@kms/core";
import { module as core } from "@kms/core/module";
import { memoryTransportPair, Peer } from "@kms/core/jsonrpc";
import { FakeNativeHost } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";

import { processClock } from "../process-clock.js";
import { Worker } from "./worker.js";

/** What happened to test objects, in order. */
let history: string[];
/** Ends the calls that wait, by name. */
let finish: Map<string, () => void>;

class Slow extends MediaObject {
  override get spec(): ClassSpec {
    return slowSpec;
  }
  override async initialize(): Promise<void> {
    history.push(`initialize ${this.id}`);
    if (this.id.endsWith("broken")) throw new Error("no luck");
  }
  override async release(): Promise<void> {
    history.push(`release ${this.id}`);
    if (this.id.endsWith("stuck")) throw new Error("cannot");
  }
  async work(name: string): Promise<void> {
    history.push(`begin ${name}`);
    await new Promise<void>((resolve) => finish.set(name, resolve));
    history.push(`end ${name}`);
  }
}

function operation(name: string): Operation {
  const type = { kind: "primitive", name: "String" } as const;
  const call = (self: object, [text]: readonly unknown[]): unknown =>
    (self as Slow).work(String(text));
  return {
    name,
    kind: "method",
    params: [{ name: "name", type, optional: false }],
    returns: null,
    call,
  };
}

const slowSpec: ClassSpec = {
  name: "Slow",
  qualifiedName: "test.Slow",
  abstract: false,
  parent: mediaObjectSpec,
  constructorParams: [],
  operations: { work: operation("work"), stopAndWait: operation("stopAndWait") },
  events: [],
};

class TestSlow extends Slow {}

const testModule: ServerModule = {
  manifest: core.manifest,
  spec: { ...coreModule, name: "test", wireModule: "test", classes: [slowSpec] },
  classes: { Slow: TestSlow as never },
  native: ["/native/libtest.so"],
};

let gateway: Peer;
let host: FakeNativeHost;
let worker: Worker;
let events: unknown[];

beforeEach(async () => {
  history = [];
  finish = new Map();
  events = [];
  const [ours, theirs] = memoryTransportPair();
  worker = new Worker(theirs, {
    openHost: ({ onEvent }: HostOptions) => (host = new FakeNativeHost(onEvent)),
    importModule: async (entry) => (entry === "core" ? core : testModule),
    clock: processClock,
    log: silentLogger,
  });
  gateway = new Peer(ours);
  gateway.handle("event", (params) => void events.push(params));
  const hostSettings = { ioThreads: [{ udpPort: 0 }, { udpPort: 0 }], networkInterfaces: [] };
  await gateway.request("start", { modules: ["core", "test"], host: hostSettings, config: {} });
});

const create = (object: string, parent?: string, type = "test.Slow"): Promise<unknown> =>
  gateway.request("create", {
    type,
    object,
    constructorParams: {},
    ...(parent !== undefined && { parent }),
  });
const work = (object: string, name: string, method = "work"): Promise<unknown> =>
  gateway.request("invoke", { object, operation: method, operationParams: { name } });

/** Waits until the condition holds; each try lets pending messages through. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("Worker", () => {
  it("loads the modules' native code", () => {
    expect(host.modules).toEqual(["/native/libtest.so"]);
  });

  it("runs the requests of one pipeline in order, and others beside them", async () => {
    await Promise.all([create("a"), create("b")]);
    const calls = [work("a", "a1"), work("a", "a2"), work("b", "b1")];
    await until(() => finish.size === 2);
    expect(history).toEqual(["initialize a", "initialize b", "begin a1", "begin b1"]);
    finish.get("a1")?.();
    await until(() => finish.has("a2"));
    for (const name of ["a2", "b1"]) finish.get(name)?.();
    await Promise.all(calls);
    expect(history.indexOf("end a1")).toBeLessThan(history.indexOf("begin a2"));
  });

  it("starts a blocking call in its turn, but makes nobody wait for it", async () => {
    await create("a");
    const first = work("a", "first");
    const blocking = work("a", "blocking", "stopAndWait");
    const last = work("a", "last");
    await until(() => finish.has("first"));
    expect(history.at(-1)).toBe("begin first");
    finish.get("first")?.();
    await until(() => finish.has("last"));
    expect(history.slice(-3)).toEqual(["end first", "begin blocking", "begin last"]);
    finish.get("last")?.();
    await Promise.all([first, last]);
    expect(history).not.toContain("end blocking");
    finish.get("blocking")?.();
    await blocking;
  });

  it("undoes a creation that fails", async () => {
    await create("a");
    await expect(create("a/broken", "a")).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining("no luck") as string,
    });
    expect(history).toEqual(["initialize a", "initialize a/broken", "release a/broken"]);
    await expect(work("a/broken", "x")).rejects.toMatchObject({
      code: 40101,
      data: { type: "MEDIA_OBJECT_NOT_FOUND" },
    });
    expect(await gateway.request("invoke", { object: "a", operation: "getChildren" })).toEqual([]);
  });

  it("releases children first, and goes on where one fails", async () => {
    await create("a");
    await create("a/1", "a");
    await create("a/1/stuck", "a/1");
    await create("a/2", "a");
    history = [];
    await gateway.request("release", { object: "a" });
    expect(history).toEqual(["release a/1/stuck", "release a/2", "release a/1", "release a"]);
    await gateway.request("release", { object: "a" });
    expect(history).toHaveLength(4);
  });

  it("takes a released child out of its parent", async () => {
    await create("a");
    await create("a/1", "a");
    await gateway.request("release", { object: "a/1" });
    expect(await gateway.request("invoke", { object: "a", operation: "getChildren" })).toEqual([]);
  });

  it("sends events of objects once they are asked for", async () => {
    await create("p", undefined, "kurento.MediaPipeline");
    await create("p/e", "p", "kurento.PassThrough").catch(() => undefined);
    const params = { mediaPipeline: "p" };
    await gateway.request("create", {
      type: "kurento.PassThrough",
      object: "p/f",
      parent: "p",
      constructorParams: params,
    });
    const connect = (): Promise<unknown> =>
      gateway.request("invoke", {
        object: "p/f",
        operation: "connect",
        operationParams: { sink: "p/f", mediaType: "AUDIO" },
      });
    await connect();
    expect(events).toEqual([]);
    await gateway.request("listen", { object: "p/f", type: "ElementConnected" });
    await gateway.request("listen", { object: "nobody", type: "ElementConnected" });
    await connect();
    expect(events).toMatchObject([
      { object: "p/f", type: "ElementConnected", data: { source: "p/f", sink: "p/f" } },
    ]);
  });

  it("drops events of unknown native objects", () => {
    expect(() => host.emit("nobody", "flow", {})).not.toThrow();
  });

  it.each<[string, object, number]>([
    ["create", { type: "test.Nope", object: "x" }, 40108],
    ["create", { type: "test.Slow", object: "x", parent: "nobody" }, 40101],
    ["create", { object: "x" }, -32602],
    ["invoke", { object: "nobody", operation: "x" }, 40101],
    ["invoke", {}, -32602],
    ["nope", {}, -32601],
  ])("answers %s %j with %i", async (method, params, code) => {
    await expect(gateway.request(method, params as never)).rejects.toMatchObject({ code });
  });

  it("refuses work before the start and settings that are wrong", async () => {
    const [ours, theirs] = memoryTransportPair();
    void new Worker(theirs, {
      openHost: () => host,
      importModule: async () => core,
      clock: processClock,
      log: silentLogger,
    });
    const peer = new Peer(ours);
    await expect(peer.request("release", { object: "x" })).rejects.toMatchObject({ code: -32603 });
    for (const hostSettings of [
      {},
      { ioThreads: [], networkInterfaces: [] },
      { ioThreads: [{ udpPort: 70_000 }], networkInterfaces: [] },
    ]) {
      const start = peer.request("start", { modules: [], host: hostSettings, config: {} });
      await expect(start).rejects.toMatchObject({ code: -32602 });
    }
  });

  it("releases everything and closes the host at the end", async () => {
    await create("a");
    await create("a/1", "a");
    await gateway.request("shutdown", {});
    expect(history.slice(-2)).toEqual(["release a/1", "release a"]);
    expect(host.isClosed).toBe(true);
    gateway.close();
    await until(() => worker.signal.aborted);
    expect(await worker.shutdown()).toBeNull();
  });
});

describe("pipelines", () => {
  it("are spread over the I/O threads", async () => {
    const threads: number[] = [];
    class Spy extends MediaPipeline {
      override async initialize(): Promise<void> {
        threads.push(this.ioThread);
      }
    }
    const [ours, theirs] = memoryTransportPair();
    const module = { ...core, classes: { MediaPipeline: Spy } };
    void new Worker(theirs, {
      openHost: () => host,
      importModule: async () => module,
      clock: processClock,
      log: silentLogger,
    });
    const peer = new Peer(ours);
    await peer.request("start", {
      modules: ["core"],
      host: { ioThreads: [{ udpPort: 0 }, { udpPort: 0 }], networkInterfaces: [] },
      config: {},
    });
    const type = "kurento.MediaPipeline";
    for (const object of ["a", "b", "c"]) await peer.request("create", { type, object });
    await peer.request("release", { object: "b" });
    await peer.request("create", { type, object: "d" });
    expect(threads).toEqual([0, 1, 0, 1]);
  });
});
