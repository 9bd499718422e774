import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHttpGuard } from "./http-guard.js";
import { PrivateHostError, isPublic, lookupPublic } from "./public-addresses.js";

let server: Server;
let port: number;
/** Lets this machine through as 127.0.0.1, and as `public.example`. */
let open: string;
let closed: string;

beforeAll(async () => {
  server = createServer((asked, response) => {
    response.setHeader("x-path", asked.url ?? "");
    response.end(JSON.stringify(asked.headers));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
  closed = await startHttpGuard({ isAllowed: isPublic, lookup: lookupPublic });
  open = await startHttpGuard({
    isAllowed: (address) => address === "127.0.0.1",
    lookup: (host, _, found) => {
      if (host === "public.example") found(null, [{ address: "127.0.0.1", family: 4 }]);
      else found(new PrivateHostError(host), []);
    },
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function get(proxy: string, url: string, headers = {}): Promise<IncomingMessage> {
  const call = request(proxy, {
    path: url,
    headers: { host: new URL(url).host, ...headers },
  }).end();
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  return answer;
}

/** What a proxy answers to CONNECT, and what comes through the tunnel after a request. */
async function tunnelled(proxy: string, target: string): Promise<string> {
  const socket = connect(Number(new URL(proxy).port), "127.0.0.1");
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [head] = (await once(socket, "data")) as [Buffer];
  if (head.toString().startsWith("HTTP/1.1 200"))
    socket.end("GET /inside HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return head.toString() + (await text(socket));
}

describe("a guard", () => {
  it("passes requests on to public hosts", async () => {
    const answer = await get(open, `http://public.example:${port}/a?b=c`, { range: "bytes=1-" });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["x-path"]).toBe("/a?b=c");
    expect(JSON.parse(await text(answer))).toMatchObject({ range: "bytes=1-" });
    expect((await get(open, `http://127.0.0.1:${port}/`)).statusCode).toBe(200);
  });

  it("refuses others, by number and by name", async () => {
    for (const host of ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433"])
      expect((await get(closed, `http://${host}:${port}/`)).statusCode).toBe(403);
    expect((await get(open, `http://other.example:${port}/`)).statusCode).toBe(403);
  });

  it("tells of servers that are not there", async () => {
    expect((await get(open, "http://127.0.0.1:1/")).statusCode).toBe(502);
  });

  it("does not forward what is no http URL", async () => {
    for (const path of ["/", "file:///etc/passwd", "https://public.example/"]) {
      const call = request(open, { path }).end();
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      expect(answer.statusCode).toBe(400);
    }
  });

  it("makes tunnels to public hosts alone", async () => {
    expect(await tunnelled(open, `public.example:${port}`)).toContain("x-path: /inside");
    expect(await tunnelled(closed, `127.0.0.1:${port}`)).toMatch(/^HTTP\/1.1 403/);
    expect(await tunnelled(closed, `localhost:${port}`)).toMatch(/^HTTP\/1.1 403/);
    expect(await tunnelled(open, "127.0.0.1:1")).toMatch(/^HTTP\/1.1 502/);
    expect(await tunnelled(open, "nonsense target")).toMatch(/^HTTP\/1.1 400/);
  });
});
