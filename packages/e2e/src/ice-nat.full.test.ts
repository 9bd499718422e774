// ICE through a NAT (network namespaces; needs root): browser or server behind it.
import { expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { Coturn } from "./support/coturn.js";
import { connectClient } from "./support/kurento.js";
import { CONTROL_IP, NAT_IP, NatNetwork, OUTER_IP } from "./support/namespaces.js";
import type { Side } from "./support/namespaces.js";
import { Peer } from "./support/peer.js";
import type { PeerOptions } from "./support/peer.js";
import { Server } from "./support/server.js";

interface Call {
  readonly server: Side;
  readonly env?: Readonly<Record<string, string>>;
  readonly peer?: PeerOptions;
}

/** A browser on the other side sees its own picture; resolves with what it says about the candidates in use. */
async function call(network: NatNetwork, { server: side, env = {}, peer: options = {} }: Call) {
  const server = await Server.start({
    command: network.command(side),
    websocket: { address: CONTROL_IP[side] },
    env: { KMS_NETWORK_INTERFACES: "eth0", ...env },
  });
  await using client = await connectClient(`ws://${CONTROL_IP[side]}:${server.port}/kurento`);
  const executablePath = await network.browserProgram(side === "inner" ? "outer" : "inner");
  await using browser = await launchBrowser({ executablePath });
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.connect(endpoint);
  const page = await (await browser.newContext()).newPage();
  const heard: string[] = [];
  const { hears = (): boolean => true } = options;
  const peer = await Peer.call(page, endpoint, {
    send: "halves",
    ...options,
    hears: (candidate) => hears(candidate) && heard.push(candidate) > 0,
  });
  await peer.showsVideo();
  const used = await peer.selectedCandidates();
  await pipeline.release();
  expect(await server.stop()).toBe(0);
  return { ...used, heard };
}

it("a browser behind a NAT reaches a server with a public address", async () => {
  await using network = await NatNetwork.create();
  const { remoteType } = await call(network, { server: "outer" });
  expect(remoteType).toBe("host");
});

it("a server behind a NAT is reached at the address that a STUN server sees", async () => {
  await using network = await NatNetwork.create();
  await using stun = await Coturn.start(OUTER_IP, network.command("outer"));
  const { heard, remoteType } = await call(network, {
    server: "inner",
    env: { KMS_STUN_IP: OUTER_IP, KMS_STUN_PORT: String(stun.port) },
    peer: { hears: (candidate) => candidate.includes("typ srflx") },
  });
  expect(heard.every((candidate) => candidate.includes(` ${NAT_IP} `))).toBe(true);
  expect(remoteType).toBe("srflx");
});

it("a server behind a NAT is reached through its TURN relay", async () => {
  await using network = await NatNetwork.create();
  await using turn = await Coturn.start(OUTER_IP, network.command("outer"));
  const { remoteType } = await call(network, {
    server: "inner",
    env: { KMS_TURN_URL: turn.url("udp") },
    peer: { hears: (candidate) => candidate.includes("typ relay") },
  });
  expect(remoteType).toBe("relay");
});
