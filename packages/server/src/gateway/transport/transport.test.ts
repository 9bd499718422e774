import { once } from "node:events";
import { connect, Socket } from "node:net";

import { silentLogger } from "@kms/core";
import type { LogFields } from "@kms/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { TestClient } from "../../testing/test-client.js";
import { TestGateway } from "../../testing/test-gateway.js";

let server: TestGateway;

beforeAll(async () => {
  server = await TestGateway.start({ mediaServer: {} });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Sends raw bytes and gives all that comes until the server closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(server.gateway.port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => (answer += String(data)));
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const get = (path: string): Promise<Response> => fetch(`http://${server.authority}${path}`);

describe("WebSocket upgrade", () => {
  it.each(["/other", "/kurento/x", "/"])("closes connections to %s", async (path) => {
    const client = await TestClient.open(`ws://${server.authority}${path}`);
    expect(await client.closed()).toEqual({ code: 1002, reason: "Invalid path" });
  });

  it("does not look at the query", async () => {
    const client = await TestClient.open(`ws://${server.authority}/kurento?access_token=x`);
    expect(await client.request("ping", {})).toMatchObject({ result: { value: "pong" } });
    await client.close();
  });

  it("turns Nagle's algorithm off, so that events do not wait for acknowledgements", async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, "setNoDelay");
    const client = await server.connect();
    const ports = (setNoDelay.mock.contexts as Socket[]).map(({ localPort }) => localPort);
    setNoDelay.mockRestore();
    expect(ports).toContain(server.gateway.port);
    await client.close();
  });

  it("answers an incomplete one with 500, as the image's health check wants it", async () => {
    const request = [
      "GET /kurento HTTP/1.1",
      "Host: x",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "",
      "",
    ];
    expect(await raw(request.join("\r\n"))).toMatch(/^HTTP\/1\.1 500 /);
  });
});

describe("HTTP", () => {
  it.each([
    ["/", "text/html; charset=utf-8", "<title>test</title>"],
    ["/index.html?x=1", "text/html; charset=utf-8", "<title>test</title>"],
    ["/app.js", "text/javascript; charset=utf-8", "export {};"],
    ["/healthz", "text/plain; charset=utf-8", "ok"],
    ["/readyz", "text/plain; charset=utf-8", "ready"],
  ])("serves %s", async (path, type, content) => {
    const response = await get(path);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
    expect(await response.text()).toContain(content);
  });

  it.each([
    "/missing.js",
    "/..%2foutside.txt",
    "/%2e%2e/outside.txt",
    "/x/../../outside.txt",
    "/%",
    "/a%00b",
    "/.git/config",
    "/%2F..%2F..%2Foutside.txt",
  ])("does not find %s", async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toContain("secret");
  });

  it("refuses other methods and plain requests to the WebSocket path", async () => {
    const posted = await fetch(`http://${server.authority}/`, { method: "POST", body: "x" });
    expect(posted.status).toBe(405);
    expect((await get("/kurento")).status).toBe(426);
  });
});

describe("limits", () => {
  it("close a connection with too large a message, and no other", async () => {
    await using small = await TestGateway.start({
      mediaServer: { net: { websocket: { port: 0, address: "127.0.0.1", maxMessageBytes: 2048 } } },
    });
    const [client, other] = [await small.connect(), await small.connect()];
    const closed = client.closed();
    client.send(
      JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { text: "x".repeat(4096) } }),
    );
    expect((await closed).code).toBe(1009);
    expect(await other.request("ping", {})).toMatchObject({ result: { value: "pong" } });
  });

  it("cut off a client that does not read", async () => {
    const warnings: string[] = [];
    const log = {
      ...silentLogger,
      warning: (message: string, _fields?: LogFields) => void warnings.push(message),
    };
    const net = { websocket: { port: 0, address: "127.0.0.1", maxBufferedBytes: 100_000 } };
    await using small = await TestGateway.start({ log, mediaServer: { net } });
    const client = await small.connect();
    const pipeline = await client.create("MediaPipeline");
    await client.invoke(pipeline, "setName", { name: "x".repeat(1_000_000) });
    client.pause();
    const closed = client.closed();
    for (let id = 100; id < 150; id += 1) {
      client.send(
        JSON.stringify({
          jsonrpc: "2.0",
          id,
          method: "invoke",
          params: { object: pipeline, operation: "getName" },
        }),
      );
    }
    await expect.poll(() => warnings).toContain("client reads too slowly, cut off");
    client.resume();
    expect((await closed).code).toBe(1006);
  });

  it("handle many requests sent at once in their order", async () => {
    const client = await server.connect();
    for (let id = 1; id <= 2000; id += 1)
      client.send(`{"jsonrpc":"2.0","id":${id},"method":"ping","params":{}}`);
    const ids: unknown[] = [];
    while (ids.length < 2000) ids.push((JSON.parse(await client.receive()) as { id: unknown }).id);
    expect(ids).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
  });
});
