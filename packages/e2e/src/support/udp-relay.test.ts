import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { PERFECT, UdpRelay, candidateVia } from "./udp-relay.js";

async function echoServer(): Promise<{ port: number; close: () => void }> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, from) => socket.send(datagram, from.port, from.address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, close: () => socket.close() };
}

describe("UdpRelay", () => {
  it("passes datagrams both ways", async () => {
    const server = await echoServer();
    const relay = await UdpRelay.start("127.0.0.1", server.port, 1);
    relay.link = { ...PERFECT, delayMs: 5, reorder: 0.5 };
    const client = createSocket("udp4");
    client.send("hello", relay.port, "127.0.0.1");
    const [echoed] = await once(client, "message");
    expect(String(echoed)).toBe("hello");
    for (const each of [client, relay, server]) each.close();
  });

  it("loses the share that it is told to, the same datagrams with the same seed", async () => {
    const lost = async (seed: number): Promise<number> => {
      const relay = await UdpRelay.start("127.0.0.1", 9, seed);
      relay.link = { ...PERFECT, loss: 0.1 };
      for (let i = 0; i < 1000; i++) relay.toClient.pass(100, () => undefined);
      relay.close();
      return relay.toClient.lost;
    };
    const first = await lost(7);
    expect(first).toBeGreaterThan(60);
    expect(first).toBeLessThan(140);
    expect(await lost(7)).toBe(first);
  });

  it("loses what a narrow link cannot queue", async () => {
    const relay = await UdpRelay.start("127.0.0.1", 9, 1);
    relay.link = { ...PERFECT, rateKbps: 1000 };
    for (let i = 0; i < 100; i++) relay.toClient.pass(1250, () => undefined);
    relay.close();
    expect(relay.toClient.passed).toBeGreaterThan(29);
    expect(relay.toClient.passed).toBeLessThan(35);
  });
});

describe("candidateVia", () => {
  it("puts the relay in the place of a UDP candidate's address", () => {
    const found = candidateVia("candidate:1 1 UDP 2015363327 10.0.0.1 40404 typ host", 5000);
    expect(found).toEqual({
      address: "10.0.0.1",
      port: 40404,
      changed: "candidate:1 1 UDP 2015363327 10.0.0.1 5000 typ host",
    });
  });

  it("leaves out other candidates", () => {
    expect(
      candidateVia("candidate:1 1 TCP 1 10.0.0.1 9 typ host tcptype active", 1),
    ).toBeUndefined();
    expect(candidateVia("candidate:1 1 UDP 1 fe80::1 9 typ host", 1)).toBeUndefined();
  });
});
