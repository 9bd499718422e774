// What applications do with the unmodified kurento-client 7.3.0: objects, events, errors, the server manager, statistics.
import type { KurentoConnection, KurentoElement, KurentoPipeline } from "kurento-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectClient, failure, nextEvent, subscribed, success } from "./support/kurento.js";
import { Server } from "./support/server.js";

let server: Server;
let client: KurentoConnection;
let pipeline: KurentoPipeline;

beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
beforeEach(async () => {
  client = await connectClient(server.url);
  pipeline = await client.create("MediaPipeline");
});
afterEach(async () => {
  await pipeline.release();
  client.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe("objects", () => {
  it("have names, tags, parents, children and a time", async () => {
    const element = await pipeline.create("PassThrough");
    await element.setName("camera 1");
    await element.addTag("room", "12");
    expect(await element.getName()).toBe("camera 1");
    expect(await element.getTag("room")).toBe("12");
    expect(await element.getTags()).toEqual([
      expect.objectContaining({ key: "room", value: "12" }),
    ]);
    expect((await element.getParent()).id).toBe(pipeline.id);
    expect((await element.getMediaPipeline()).id).toBe(pipeline.id);
    expect((await pipeline.getChildren()).map(({ id }) => id)).toEqual([element.id]);
    const ageSeconds = Date.now() / 1000 - (await element.getCreationTime());
    expect(Math.abs(ageSeconds)).toBeLessThan(10);
  });

  it("can be used before they exist", async () => {
    const unfinished = client.create("MediaPipeline");
    const source = unfinished.create("PassThrough");
    await source.connect(unfinished.create("PassThrough"));
    expect(await source.getSinkConnections()).toHaveLength(3);
    await unfinished.release();
  });

  it("go with their pipeline: all are told, none can be used", async () => {
    const elements = await Promise.all([
      pipeline.create("PassThrough"),
      pipeline.create("PlayerEndpoint", { uri: "file:///nothing.webm" }),
    ]);
    const told = elements.map(
      (element) => new Promise((resolve) => element.once("release", resolve)),
    );
    await pipeline.release();
    await Promise.all(told);
    for (const { id } of elements) {
      const error = await failure((callback) => client.getMediaobjectById(id, callback));
      expect(error).toMatchObject({ code: 40101 });
    }
    pipeline = await client.create("MediaPipeline");
  });

  it("are released alone, twice without harm", async () => {
    const [gone, kept] = [
      await pipeline.create("PassThrough"),
      await pipeline.create("PassThrough"),
    ];
    await gone.release();
    await gone.release();
    expect((await pipeline.getChildren()).map(({ id }) => id)).toEqual([kept.id]);
  });

  it("keep what they were made with", async () => {
    const player = await pipeline.create("PlayerEndpoint", { uri: "file:///nothing.webm" });
    expect(await player.getUri()).toBe("file:///nothing.webm");
  });
});

describe("events", () => {
  it("carry source, time, tags and their own members", async () => {
    const [source, sink] = await twoElements();
    await source.addTag("room", "12");
    await source.setSendTagsInEvents(true);
    const connected = nextEvent(source, "ElementConnected");
    await subscribed(source);
    await source.connect(sink, "AUDIO");
    expect(await connected).toMatchObject({
      source: source.id,
      sink: sink.id,
      mediaType: "AUDIO",
      type: "ElementConnected",
      timestampMillis: expect.stringMatching(/^\d{13}$/),
      tags: [expect.objectContaining({ key: "room", value: "12" })],
    });
  });

  it("stop with the last listener", async () => {
    const [source, sink] = await twoElements();
    const heard: string[] = [];
    const listeners = ["first", "second"].map((name) => (): unknown => heard.push(name));
    for (const listener of listeners) source.on("ElementConnected", listener);
    await subscribed(source);
    await source.connect(sink, "AUDIO");
    await source.getName();
    for (const listener of listeners) source.removeListener("ElementConnected", listener);
    await subscribed(source);
    await source.disconnect(sink, "AUDIO");
    await source.connect(sink, "VIDEO");
    await source.getName();
    expect(heard).toEqual(["first", "second"]);
  });

  it("are refused by the client where the class has none of that name", async () => {
    const element = await pipeline.create("PassThrough");
    expect(() => element.on("Birthday", () => undefined)).toThrow(SyntaxError);
  });
});

describe("errors", () => {
  it("of objects that are not there are ReferenceErrors, whatever asks", async () => {
    const gone = await pipeline.create("PassThrough");
    const sink = await pipeline.create("PassThrough");
    await gone.release();
    const errors = await Promise.all([
      failure((callback) => gone.getName(callback)),
      failure((callback) => sink.connect(gone, callback)),
      failure((callback) => client.getMediaobjectById("nobody", callback)),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ReferenceError);
      expect(error).toMatchObject({ code: 40101, data: { type: "MEDIA_OBJECT_NOT_FOUND" } });
    }
  });

  it("name code, type and the offending thing", async () => {
    const element = await pipeline.create("WebRtcEndpoint");
    const stranger = await client.create("MediaPipeline");
    const elsewhere = await stranger.create("PassThrough");
    const sink = await pipeline.create("PassThrough");
    const manager = await client.getServerManager();
    const cases: [Promise<Error>, number, string, RegExp][] = [
      [
        failure((then) => element._invoke(undefined, "fly", {}, then)),
        40008,
        "MALFORMED_TRANSACTION",
        /fly/,
      ],
      [failure((then) => element.connect(elsewhere, then)), 40004, "CONNECT_ERROR", /pipeline/],
      [
        failure((then) => element.connect(pipeline, then)),
        40107,
        "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
        /sink/,
      ],
      [
        failure((then) => element.connect(sink, "SMELL", then)),
        40001,
        "MARSHALL_ERROR",
        /MediaType/,
      ],
      [failure((then) => element.processOffer("", then)), 40201, "SDP_PARSE_ERROR", /Empty offer/],
      [
        failure((then) => element.getTag("colour", then)),
        40110,
        "MEDIA_OBJECT_TAG_KEY_NOT_FOUND",
        /Tag/,
      ],
      [failure((then) => manager.getKmd("toaster", then)), 40500, "UNDEFINED", /kmd/],
    ];
    for (const [failed, code, type, message] of cases) {
      const error = await failed;
      expect(error).toMatchObject({
        code,
        data: { type },
        message: expect.stringMatching(message),
      });
      expect([ReferenceError, TypeError, SyntaxError]).not.toContain(error.constructor);
    }
    await stranger.release();
  });

  it("of classes that nobody knows are the client's own", async () => {
    await expect(async () => client.create("Toaster" as "MediaPipeline")).rejects.toThrow(
      SyntaxError,
    );
  });
});

describe("the server manager", () => {
  it("tells what the server is and has", async () => {
    const manager = await client.getServerManager();
    const info = await manager.getInfo();
    expect(info.version).toBe("7.3.0");
    const factories = info.modules.flatMap((module) => module.factories);
    expect(factories).toEqual(expect.arrayContaining(["MediaPipeline", "WebRtcEndpoint"]));
    expect(JSON.parse(await manager.getKmd("core"))).toMatchObject({ name: "core" });
    expect(await manager.getCpuCount()).toBeGreaterThanOrEqual(1);
    expect(await manager.getUsedMemory()).toBeGreaterThan(10_000);
    expect(await manager.getUsedCpu(50)).toBeGreaterThanOrEqual(0);
    expect(await manager.getMetadata()).toEqual(expect.any(String));
  });

  it("gives pipelines as objects, and the sessions", async () => {
    const manager = await client.getServerManager();
    const pipelines = await manager.getPipelines();
    expect(pipelines.map(({ id }) => id)).toContain(pipeline.id);
    expect(await pipelines[0]?.getName()).toBe(pipelines[0]?.id);
    const sessions = await manager.getSessions();
    expect(sessions.filter((id) => id !== "").length * 2).toBe(sessions.length);
  });

  it("tells of objects as they come and go", async () => {
    const manager = await client.getServerManager();
    const created = nextEvent(manager, "ObjectCreated");
    const destroyed = nextEvent(manager, "ObjectDestroyed");
    await subscribed(manager);
    const element = await pipeline.create("PassThrough");
    await element.release();
    expect(await created).toMatchObject({ object: element.id });
    expect(await destroyed).toMatchObject({ objectId: element.id });
  });
});

describe("statistics", () => {
  it("come by id, of the type that they name", async () => {
    const endpoint = await pipeline.create("WebRtcEndpoint");
    expect(await endpoint.getStats()).toEqual({});
    await pipeline.setLatencyStats(true);
    const statistics = Object.values(await endpoint.getStats());
    expect(statistics.length).toBeGreaterThan(0);
    for (const each of statistics) expect(each).toMatchObject({ id: expect.any(String) });
    expect(statistics.map(({ type }) => type)).toContain("endpoint");
  });

  it("and graphs are there for pipelines", async () => {
    await pipeline.create("PassThrough");
    expect(await pipeline.getGstreamerDot()).toMatch(/^digraph/);
  });
});

async function twoElements(): Promise<[KurentoElement, KurentoElement]> {
  return Promise.all([
    success<KurentoElement>((callback) => pipeline.create("PassThrough", callback)),
    success<KurentoElement>((callback) => pipeline.create("PassThrough", callback)),
  ]);
}
