import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { silentLogger } from "@kms/core";
import { ManualClock } from "@kms/core/jsonrpc";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

import { TestGateway } from "../../testing/test-gateway.js";
import { addressOf, Registrar } from "./registrar.js";

let server: WebSocketServer;
let clock: ManualClock;
let warnings: unknown[];
let registrar: Registrar | undefined;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  clock = new ManualClock();
  warnings = [];
  registrar = undefined;
});
afterEach(() => {
  registrar?.close();
  for (const client of server.clients) client.terminate();
  server.close();
});

const address = (): string => `ws://127.0.0.1:${(server.address() as AddressInfo).port}/registry`;

function announce(to = address()): void {
  const log = {
    ...silentLogger,
    warning: (_: string, fields?: Readonly<Record<string, unknown>>) =>
      void warnings.push(fields?.["retryInMs"]),
  };
  registrar = new Registrar({ address: to, ownAddress: "ws://me:1/kurento", clock, log });
}

/** The next connection, and its first message. */
async function registration(): Promise<{ socket: WebSocket; text: string }> {
  const [socket] = (await once(server, "connection")) as [WebSocket];
  const [data] = (await once(socket, "message")) as [Buffer];
  return { socket, text: String(data) };
}

describe("the registrar", () => {
  it("is told where the server is", async () => {
    const registered = registration();
    announce();
    expect(JSON.parse((await registered).text)).toEqual({
      jsonrpc: "2.0",
      method: "register",
      params: { ws: "ws://me:1/kurento" },
    });
    expect(addressOf("host", 1, "kurento", false)).toBe("ws://host:1/kurento");
    expect(addressOf("2001:db8::1", 2, "a/b", true)).toBe("wss://[2001:db8::1]:2/a/b");
  });

  it("is told again after 100 ms when the connection was lost", async () => {
    const registered = registration();
    announce();
    (await registered).socket.terminate();
    await expect.poll(() => clock.pendingTimers).toBe(1);
    const again = registration();
    clock.advance(99);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect((await again).text).toContain("register");
    expect(warnings).toEqual([100]);
  });

  it("is tried again with pauses that double up to 10 s", async () => {
    const to = address();
    server.close();
    announce(to);
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await expect.poll(() => warnings.length).toBe(attempt);
      clock.advance(10_000);
    }
    await expect.poll(() => warnings.length).toBe(10);
    expect(warnings).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    registrar?.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it("learns the address of a real gateway", async () => {
    const registered = registration();
    const websocket = { registrar: { address: address(), localAddress: "10.0.0.9" } };
    await using gateway = await TestGateway.start({ mediaServer: { net: { websocket } } });
    expect(JSON.parse((await registered).text)).toMatchObject({
      params: { ws: `ws://10.0.0.9:${gateway.gateway.port}/kurento` },
    });
  });
});
