import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { once } from "node:events";
import { ManualClock } from "@kms/jsonrpc";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { KurentoClientOptions } from "./client-options.js";
import { FakeServer } from "./testing/fake-server.js";
import { Endpoint, MediaPipeline, TestClient } from "./testing/test-module.js";
import { defaultWebSocketClass } from "./websocket-transport.js";
import type { WebSocketClass } from "./websocket-transport.js";

/** What a client tells, as a log and as promises. */
class Watch {
  readonly log: string[] = [];
  readonly #waiting: { prefix: string; resolve: () => void }[] = [];

  readonly options: KurentoClientOptions = {
    reconnectDelaysMs: [0],
    onDisconnected: () => this.#add("disconnected"),
    onReconnected: (isSameSession) => this.#add(isSameSession ? "reconnected" : "new session"),
    onClosed: (error) => this.#add(error === undefined ? "closed" : `closed: ${error.message}`),
  };

  until(prefix: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ prefix, resolve }));
  }

  #add(entry: string): void {
    this.log.push(entry);
    for (const { prefix, resolve } of this.#waiting) if (entry.startsWith(prefix)) resolve();
  }
}

let server: FakeServer;
let watch: Watch;
let client: TestClient | undefined;

beforeEach(async () => {
  watch = new Watch();
  server = await FakeServer.start();
});

afterEach(async () => {
  await client?.close();
  client = undefined;
  await server.stop();
});

async function connect(options: KurentoClientOptions = {}): Promise<TestClient> {
  client = await TestClient.connect(server.url, { ...watch.options, ...options });
  return client;
}

describe("connecting", () => {
  it("knows session and server", async () => {
    const opened = await connect();
    expect(server.callsOf("connect")).toEqual([{}]);
    expect(opened).toMatchObject({
      sessionId: "session-1",
      serverId: "server-1",
      isConnected: true,
      isClosed: false,
    });
  });

  it("rejects where nobody listens, and makes no further attempt", async () => {
    const { url } = server;
    await server.stop();
    await expect(TestClient.connect(url, watch.options)).rejects.toThrow(
      `Cannot connect to ${url}`,
    );
    expect(watch.log).toEqual([]);
    server = await FakeServer.start();
  });

  it("rejects when the server closes at once, with its reason", async () => {
    server.silent.add("connect");
    const sent = server.called("connect");
    const opening = connect().catch((error: unknown) => error);
    await sent;
    server.closeAll(1002, "Invalid path");
    expect(await opening).toMatchObject({
      code: -32002,
      message: "Connection closed: WebSocket closed with code 1002 Invalid path",
    });
  });

  it("rejects when the server gives no session", async () => {
    server.silent.add("connect");
    const sent = server.called("connect");
    const opening = connect().catch((error: unknown) => error);
    await sent;
    server.sendRaw('{"jsonrpc":"2.0","id":1,"result":{"value":5}}');
    expect(await opening).toMatchObject({
      message: "The server answered 'connect' without a sessionId",
    });
  });

  it("rejects when the server does not answer in time, whether or not it opened the WebSocket", async () => {
    const clock = new ManualClock();
    server.silent.add("connect");
    const sent = server.called("connect");
    const opening = connect({ clock, connectTimeoutMs: 700 }).catch((error: unknown) => error);
    await sent;
    clock.advance(700);
    expect(await opening).toMatchObject({ message: /no answer within 700 ms/ });
    const { listener, url } = await startMute();
    const accepted = once(listener, "connection");
    const other = TestClient.connect(url, { clock, connectTimeoutMs: 700 }).catch(
      (error: unknown) => error,
    );
    await accepted;
    clock.advance(700);
    expect(await other).toMatchObject({ message: /no answer within 700 ms/ });
    expect(clock.pendingTimers).toBe(0);
    listener.close();
  });

  it("takes the platform's WebSocket, else that of ws", async () => {
    const holder = globalThis as { WebSocket?: WebSocketClass };
    const own = holder.WebSocket;
    try {
      delete holder.WebSocket;
      expect(await defaultWebSocketClass()).toBe(WebSocket);
      holder.WebSocket = class Own extends WebSocket {};
      expect(await defaultWebSocketClass()).toBe(holder.WebSocket);
    } finally {
      if (own === undefined) delete holder.WebSocket;
      else holder.WebSocket = own;
    }
  });
});

/** Accepts TCP connections and says nothing. */
async function startMute(): Promise<{ listener: Server; url: string }> {
  const listener = createServer((socket) => socket.on("error", () => undefined));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { listener, url: `ws://127.0.0.1:${(listener.address() as AddressInfo).port}/kurento` };
}

describe("losing the connection", () => {
  it("connects again to the same session; objects and subscriptions go on", async () => {
    const opened = await connect();
    const pipeline = await opened.create(MediaPipeline);
    const seen: number[] = [];
    await pipeline.on("Error", (event) => seen.push(event.errorCode));
    const reconnected = watch.until("reconnected");
    server.drop();
    await reconnected;
    expect(server.callsOf("connect")).toEqual([{}, { sessionId: opened.sessionId }]);
    server.raise(pipeline.id, "Error", { errorCode: 3 });
    server.operations.set("getParent", () => pipeline.id);
    expect(await pipeline.getParent()).toBe(pipeline);
    expect([seen, watch.log]).toEqual([[3], ["disconnected", "reconnected"]]);
  });

  it("never uses an id twice in a session", async () => {
    const opened = await connect();
    await opened.create(MediaPipeline);
    const reconnected = watch.until("reconnected");
    server.drop();
    await reconnected;
    await opened.create(MediaPipeline);
    const ids = server.calls.map((call) => call.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("rejects what was under way and holds what comes meanwhile", async () => {
    const opened = await connect();
    await opened.create(MediaPipeline);
    server.silent.add("describe");
    const described = server.called("describe");
    const underWay = opened.request("describe").catch((error: unknown) => error);
    await described;
    const disconnected = watch.until("disconnected");
    server.drop();
    await disconnected;
    expect(opened.isConnected).toBe(false);
    const [first, second] = await Promise.all([
      opened.create(MediaPipeline),
      opened.create(MediaPipeline),
    ]);
    expect(await underWay).toMatchObject({ code: -32002, type: "CONNECTION_CLOSED" });
    expect(first.id < second.id).toBe(true);
  });

  it("tells when the server no longer knows the session, and ends its listeners", async () => {
    const opened = await connect();
    const pipeline = await opened.create(MediaPipeline);
    const next = pipeline.events("Error").next();
    await pipeline.on("Error", () => undefined);
    server.sessions.clear();
    const renewed = watch.until("new session");
    server.drop();
    await expect(next).rejects.toMatchObject({ code: 40007, type: "INVALID_SESSION" });
    await renewed;
    expect(opened.sessionId).not.toBe("session-1");
    expect(opened.attach(MediaPipeline, pipeline.id)).not.toBe(pipeline);
  });

  it("goes on trying until the server is back", async () => {
    const { port } = server;
    await connect();
    const disconnected = watch.until("disconnected");
    await server.stop();
    await disconnected;
    server = await FakeServer.start(port);
    await watch.until("new session");
    expect(client?.isConnected).toBe(true);
  });

  it("waits between attempts as told", async () => {
    const clock = new ManualClock();
    await connect({ clock, reconnectDelaysMs: [300] });
    const disconnected = watch.until("disconnected");
    server.drop();
    await disconnected;
    clock.advance(299);
    expect([server.connections, clock.pendingTimers]).toEqual([0, 1]);
    const renewed = watch.until("new session");
    clock.advance(1);
    await renewed;
  });

  it("closes the client when no attempt is wanted", async () => {
    const opened = await connect({ reconnectDelaysMs: [] });
    const closed = watch.until("closed");
    server.drop();
    await closed;
    expect(watch.log).toEqual(["closed: Connection closed: WebSocket closed with code 1006"]);
    await expect(opened.request("ping")).rejects.toMatchObject({ code: -32002 });
  });

  it("limits the wait of calls for the next connection by time and signal", async () => {
    const clock = new ManualClock();
    const opened = await connect({ clock, reconnectDelaysMs: [100_000], requestTimeoutMs: 900 });
    const disconnected = watch.until("disconnected");
    server.drop();
    await disconnected;
    const aborter = new AbortController();
    const timedOut = opened.request("ping").catch((error: unknown) => error);
    const aborted = opened
      .request("ping", {}, { signal: aborter.signal })
      .catch((error: unknown) => error);
    aborter.abort(new Error("no longer"));
    clock.advance(900);
    expect(await timedOut).toMatchObject({
      code: -32001,
      type: "TIMEOUT",
      message: /'ping' waited 900 ms/,
    });
    expect(await aborted).toMatchObject({ message: "no longer" });
    const waiting = opened.request("ping").catch((error: unknown) => error);
    await opened.close();
    expect(await waiting).toMatchObject({ code: -32002 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("takes binary data for a broken connection", async () => {
    await connect();
    const renewed = watch.until("new session");
    server.sendRaw(new Uint8Array([1, 2]));
    await renewed;
    expect(watch.log).toEqual(["disconnected", "new session"]);
  });
});

describe("keep-alive", () => {
  it("pings between answers", async () => {
    const clock = new ManualClock();
    const opened = await connect({ clock, pingIntervalMs: 1000 });
    for (const count of [1, 2]) {
      const pinged = server.called("ping");
      clock.advance(1000);
      await pinged;
      await opened.request("describe").catch(() => undefined);
      expect(server.callsOf("ping").length).toBe(count);
    }
  });

  it("makes the connection anew when no answer comes", async () => {
    const clock = new ManualClock();
    await connect({ clock, pingIntervalMs: 1000, pingTimeoutMs: 500 });
    server.silent.add("ping");
    const pinged = server.called("ping");
    clock.advance(1000);
    await pinged;
    const disconnected = watch.until("disconnected");
    clock.advance(500);
    await disconnected;
    const renewed = watch.until("new session");
    clock.advance(0);
    await renewed;
  });
});

describe("close", () => {
  it("ends the session, rejects later calls, and can be repeated", async () => {
    const opened = await connect();
    const pipeline = await opened.create(MediaPipeline);
    await Promise.all([opened.close(), opened.close()]);
    expect(server.callsOf("closeSession")).toEqual([{ sessionId: opened.sessionId }]);
    await expect(opened.create(Endpoint, { mediaPipeline: pipeline })).rejects.toMatchObject({
      code: -32002,
    });
    expect([opened.isClosed, opened.isConnected, watch.log]).toEqual([true, false, ["closed"]]);
  });

  it("leaves the session when told", async () => {
    const opened = await connect();
    await opened.close({ keepSession: true });
    expect(server.callsOf("closeSession")).toEqual([]);
  });

  it("does not wait for a server that is away", async () => {
    const opened = await connect({ reconnectDelaysMs: [100_000] });
    const disconnected = watch.until("disconnected");
    server.drop();
    await disconnected;
    await opened[Symbol.asyncDispose]();
    expect(watch.log).toEqual(["disconnected", "closed"]);
  });

  it("does not wait for ever for a server that is mute", async () => {
    const clock = new ManualClock();
    const opened = await connect({ clock });
    server.silent.add("closeSession");
    const sent = server.called("closeSession");
    const closed = opened.close();
    await sent;
    clock.advance(5000);
    await closed;
    expect(clock.pendingTimers).toBe(0);
  });
});
