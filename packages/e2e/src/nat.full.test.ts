// ICE through real NATs, in network namespaces (support/nat-network.ts).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { Coturn } from "./support/coturn.js";
import { connectClient } from "./support/kurento.js";
import { INTERNET_IP, NatNetwork } from "./support/nat-network.js";
import type { Host } from "./support/nat-network.js";
import { Peer } from "./support/peer.js";
import type { PeerOptions } from "./support/peer.js";
import type { SelectedCandidates } from "./support/peer-page.js";
import { Server } from "./support/server.js";

interface Call {
  readonly server: Host;
  readonly browser: Host;
  readonly env?: Readonly<Record<string, string>>;
  readonly peer?: PeerOptions;
}

interface Outcome {
  /** What the browser says about the candidates in use. */
  readonly browser: SelectedCandidates;
  /** What the server says. */
  readonly server: { readonly localCandidate: string; readonly remoteCandidate: string };
}

let network: NatNetwork;
let coturn: Coturn;
beforeAll(async () => {
  network = await NatNetwork.create();
  coturn = await Coturn.start(INTERNET_IP, network.internet.command);
});
afterAll(async () => {
  await coturn[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

/** Starts a server on a host; `await using` stops it. */
async function startServer(
  host: Host,
  env: Call["env"],
): Promise<{ url: string } & AsyncDisposable> {
  const address = await network.control(host);
  const server = await Server.start({
    command: host.namespace.command,
    websocket: { address },
    env: { KMS_NETWORK_INTERFACES: "eth0", ...env },
  });
  return {
    url: `ws://${address}:${server.port}/kurento`,
    [Symbol.asyncDispose]: async (): Promise<void> => expect(await server.stop()).toBe(0),
  };
}

/** A browser sees its own picture, on its way through all NATs there and back. */
async function call({ server: at, browser: from, env, peer: options }: Call): Promise<Outcome> {
  await using server = await startServer(at, env);
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser({ executablePath: await from.namespace.browser() });
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.connect(endpoint);
  const page = await (await browser.newContext()).newPage();
  const peer = await Peer.call(page, endpoint, { send: "halves", ...options });
  await peer.showsVideo();
  const used = await peer.selectedCandidates();
  const [pair] = await endpoint.getICECandidatePairs();
  await pipeline.release();
  if (!pair) throw new Error("the server has no candidate pair");
  return { browser: used, server: pair };
}

const isReflexive = (candidate: string): boolean => candidate.includes(" typ srflx ");

describe("ICE through NATs", () => {
  it("a server behind a NAT is reached where a STUN server sees it", async () => {
    const server = await network.addHost("stunned", "cone");
    const browser = await network.addHost("outside");
    const used = await call({
      server,
      browser,
      env: { KMS_STUN_IP: coturn.ip, KMS_STUN_PORT: String(coturn.port) },
      peer: { hears: isReflexive },
    });
    expect(used.browser.protocol).toBe("udp");
    // The server's check may come before its candidate does; then the browser has named the same address by itself.
    expect(["srflx", "prflx"]).toContain(used.browser.remoteType);
    expect(used.server.localCandidate).toContain(` ${server.publicAddress} `);
    expect(used.server.localCandidate).toContain(`typ srflx raddr ${server.address} `);
  });

  it("a browser behind a NAT reaches a server with a public address, which learns where from its checks", async () => {
    const server = await network.addHost("public");
    const browser = await network.addHost("hidden", "cone");
    const used = await call({ server, browser });
    expect(used.browser).toMatchObject({ protocol: "udp", localType: "prflx", remoteType: "host" });
    expect(used.server.remoteCandidate).toContain(` ${browser.publicAddress} `);
    expect(used.server.remoteCandidate).toContain("typ prflx");
  });

  it("NATs on both sides that take another port for each peer are crossed by a relay alone", async () => {
    const server = await network.addHost("far", "symmetric");
    const browser = await network.addHost("near", "symmetric");
    const used = await call({
      server,
      browser,
      env: {
        KMS_STUN_IP: coturn.ip,
        KMS_STUN_PORT: String(coturn.port),
        KMS_TURN_URL: coturn.url("udp"),
      },
      peer: { configuration: { iceServers: [coturn.stunServer] } },
    });
    expect(used.browser.remoteType).toBe("relay");
    expect(used.server.localCandidate).toContain("typ relay");
    expect(used.server.remoteCandidate).toContain(` ${browser.publicAddress} `);
  });
});
