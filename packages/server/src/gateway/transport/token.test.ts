import { once } from "node:events";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { TestClient } from "../../testing/test-client.js";
import { TestGateway } from "../../testing/test-gateway.js";

const token = "s3cret-t0ken";
let server: TestGateway;

beforeAll(async () => {
  server = await TestGateway.start({ mediaServer: { net: { websocket: { token } } } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://${server.authority}${path}`, { headers });

/** Status and challenge with which an upgrade is refused. */
async function refusal(path: string, headers: Record<string, string> = {}): Promise<unknown[]> {
  const socket = new WebSocket(`ws://${server.authority}${path}`, { headers });
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number; headers: Record<string, string> },
  ];
  socket.terminate();
  return [response.statusCode, response.headers["www-authenticate"]];
}

async function pings(path: string, headers: Record<string, string> = {}): Promise<void> {
  const client = await TestClient.open(`ws://${server.authority}${path}`, { headers });
  expect(await client.request("ping", {})).toMatchObject({ result: { value: "pong" } });
  client.terminate();
}

/** The cookie that the page gets when it is opened with the token. */
async function pageCookie(): Promise<string> {
  const response = await get(`/?access_token=${token}`);
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("test")]);
  return response.headers.get("set-cookie") ?? "";
}

describe("a token", () => {
  it.each<[string, Record<string, string>]>([
    ["/kurento", {}],
    ["/other", {}],
    ["/kurento?access_token=", {}],
    ["/kurento?access_token=wrong", {}],
    [`/kurento?token=${token}`, {}],
    ["/kurento", { Authorization: "Bearer wrong" }],
    ["/kurento", { Authorization: `Basic ${token}` }],
    ["/kurento", { Cookie: `kms_access=${token}` }],
    ["/kurento", { Cookie: "kms_access" }],
  ])("is asked of WebSockets: %s %j", async (path, headers) => {
    expect(await refusal(path, headers)).toEqual([401, 'Bearer realm="kurento"']);
  });

  it("opens WebSockets from the header and from the query", async () => {
    await pings("/kurento", { Authorization: `Bearer ${token}` });
    await pings(`/kurento?access_token=${token}`);
  });

  it("is asked of HTTP, but for what load balancers read", async () => {
    for (const path of ["/", "/app.js", "/metrics", "/kurento", "/missing"]) {
      const response = await get(path);
      expect([path, response.status, response.headers.get("www-authenticate")]).toEqual([
        path,
        401,
        'Bearer realm="kurento"',
      ]);
    }
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    const authorized = { Authorization: `bearer ${token}` };
    expect((await get("/metrics", authorized)).status).toBe(200);
    expect((await get("/missing", authorized)).status).toBe(404);
    expect((await get("/app.js?access_token=x", authorized)).status).toBe(200);
  });

  it("in the page's address serves its scripts and sockets too, and no other page's", async () => {
    const cookie = await pageCookie();
    expect(cookie).toMatch(/^kms_access=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const Cookie = `x=y; ${cookie.split(";")[0]}`;
    expect((await get("/app.js", { Cookie })).status).toBe(200);
    await pings("/kurento", { Cookie, Origin: `http://${server.authority}` });
    const foreign = { Cookie, Origin: "http://evil.example" };
    expect(await refusal("/kurento", foreign)).toEqual([401, 'Bearer realm="kurento"']);
  });

  it("is counted when it is missing", async () => {
    const text = await (await get(`/metrics?access_token=${token}`)).text();
    expect(text).toMatch(/^kms_connections_total\{outcome="refused"\} [1-9]/m);
  });
});
