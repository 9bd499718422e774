// The unmodified kurento-client 7.3.0: connecting, reconnecting, sharing.
import type { KurentoElement, KurentoEvent, KurentoPipeline } from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  connectClient,
  failure,
  kurento,
  nextEvent,
  openClient,
  reconnection,
  subscribed,
} from "./support/kurento.js";
import { Server } from "./support/server.js";
import { TcpProxy } from "./support/tcp-proxy.js";

let server: Server;
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe("strict mode", () => {
  it("finds all modules that the client knows", async () => {
    await using client = await connectClient(server.url, { strict: true });
    const pipeline = await client.create("MediaPipeline");
    expect(pipeline.id).toMatch(/^[0-9a-f-]{36}_kurento\.MediaPipeline$/);
    await pipeline.release();
  });

  it("refuses a server without a module that the application registered", async () => {
    kurento.register.modules.push("toaster");
    try {
      await expect(connectStrictly()).rejects.toMatchObject({
        name: "SyntaxError",
        message: "Module 'toaster' is not installed in the Kurento Media Server",
        modules: ["toaster"],
      });
    } finally {
      kurento.register.modules.pop();
    }
  });
});

// The client connects all the same; its check is what the callback hears.
async function connectStrictly(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const client = (kurento as unknown as CallbackForm)(server.url, (error, connected) => {
      client.close();
      if (error === null) resolve(connected);
      else reject(error);
    });
  });
}

type CallbackForm = (
  url: string,
  callback: (error: Error | null, client: unknown) => void,
) => { close(): void };

describe("reconnecting", () => {
  it("keeps session, objects and subscriptions over a dropped socket", async () => {
    await using proxy = await TcpProxy.open(server.port);
    await using session = await openClient(proxy.url);
    const { client, origin } = session;
    const pipeline = await client.create("MediaPipeline");
    const source = await pipeline.create("PassThrough");
    const sink = await pipeline.create("PassThrough");
    const connected = nextEvent(source, "ElementConnected");
    await subscribed(source);
    const { sessionId } = origin;
    const back = reconnection(session);
    proxy.cut();
    expect(await back).toBe(true);
    expect(origin.sessionId).toBe(sessionId);
    await source.connect(sink);
    expect(await connected).toMatchObject({ source: source.id, sink: sink.id });
    const ids = [pipeline.id, source.id, sink.id];
    const found = await client.getMediaobjectById(ids);
    expect(found.map(({ id }) => id)).toEqual(ids);
    await pipeline.release();
  });

  it("tells when another server stands in the old one's place", async () => {
    const first = await Server.start({ args: ["--workers", "1"] });
    await using proxy = await TcpProxy.open(first.port);
    await using session = await openClient(proxy.url);
    const pipeline = await session.client.create("MediaPipeline");
    const { sessionId } = session.origin;
    const back = reconnection(session);
    proxy.hold();
    await first.stop();
    proxy.retarget(server.port);
    expect(await back).toBe(false);
    expect(session.origin.sessionId).toBe(sessionId);
    const error = await failure((callback) => pipeline.getName(callback));
    expect(error).toBeInstanceOf(ReferenceError);
    expect(error).toMatchObject({ code: 40101, data: { type: "MEDIA_OBJECT_NOT_FOUND" } });
    const next = await session.client.create("MediaPipeline");
    expect(await next.getName()).toBe(next.id);
    await next.release();
  });
});

describe("two clients", () => {
  it("share a pipeline and its events", async () => {
    await using first = await connectClient(server.url);
    await using second = await connectClient(server.url);
    const pipeline = await first.create("MediaPipeline");
    const source = await pipeline.create("PassThrough");
    const shared = await attached(second, pipeline);
    const sink = await shared.create("PassThrough");
    const sourceOfSecond = await second.getMediaobjectById(source.id);
    const seen = [nextEvent(source, "ElementConnected")];
    seen.push(nextEvent(sourceOfSecond, "ElementConnected"));
    await subscribed(source);
    await subscribed(sourceOfSecond);
    await sourceOfSecond.connect(sink);
    for (const event of await Promise.all(seen)) expect(event).toMatchObject({ sink: sink.id });
    const children = await pipeline.getChildren();
    expect(children.map(({ id }) => id).sort()).toEqual([source.id, sink.id].sort());
    expect(await source.getSinkConnections()).toHaveLength(3);
    await pipeline.release();
  });

  it("lose an object that either of them releases", async () => {
    await using first = await connectClient(server.url);
    await using second = await connectClient(server.url);
    const pipeline = await first.create("MediaPipeline");
    const element = await pipeline.create("PassThrough");
    const shared = await second.getMediaobjectById(element.id);
    const manager = await second.getServerManager();
    const gone = nextEvent(manager, "ObjectDestroyed", isAbout(element));
    await subscribed(manager);
    await element.release();
    await gone;
    expect(await failure((callback) => shared.getName(callback))).toMatchObject({ code: 40101 });
    expect(await pipeline.getName()).toBe(pipeline.id);
    await pipeline.release();
  });

  it("leave objects to each other when one of them goes", async () => {
    await using second = await connectClient(server.url);
    const first = await openClient(server.url);
    const pipeline = await first.client.create("MediaPipeline");
    const element = await pipeline.create("PassThrough");
    const shared = await second.getMediaobjectById(element.id);
    first.origin.close();
    expect(await shared.getName()).toBe(element.id);
    await (await attached(second, pipeline)).release();
  });
});

function isAbout({ id }: { readonly id: string }): (event: KurentoEvent) => boolean {
  return ({ objectId }) => objectId === id;
}

async function attached(
  client: { getMediaobjectById(id: string): Promise<KurentoElement> },
  { id }: KurentoPipeline,
): Promise<KurentoPipeline> {
  return (await client.getMediaobjectById(id)) as unknown as KurentoPipeline;
}
