// ICE with a real browser: TCP, relays, mDNS (restarts: negotiation.test.ts).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { Coturn } from "./support/coturn.js";
import { connectClient, nextEvent } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import type { PeerOptions } from "./support/peer.js";
import { Server } from "./support/server.js";

const isTcp = (candidate: string): boolean => / tcp /i.test(candidate);
const NO_INTERFACE = "none";

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type Client = Awaited<ReturnType<typeof connectClient>>;

/** A call in which the browser sees its own picture; with `turnUrl` the server has a relay alone. */
async function echo(client: Client, browser: Browser, options: PeerOptions, turnUrl = "") {
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  if (turnUrl !== "") {
    await endpoint.setTurnUrl(turnUrl);
    await endpoint.setNetworkInterfaces(NO_INTERFACE);
  }
  await endpoint.connect(endpoint);
  const page = await openPage(browser, server.pageUrl);
  const peer = await Peer.call(page, endpoint, { send: "halves", ...options });
  await peer.showsVideo();
  return { pipeline, endpoint, peer };
}

describe("ICE with Chromium", () => {
  it("connects by TCP alone", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const { peer, pipeline } = await echo(client, browser, { tells: isTcp, hears: isTcp });
    expect(await peer.selectedCandidates()).toMatchObject({ protocol: "tcp", remoteType: "host" });
    expect((await peer.measureVideo(2)).framesPerSecond).toBeGreaterThanOrEqual(20);
    await pipeline.release();
  });

  it("connects although the browser hides its addresses behind mDNS names", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser({ mdns: true });
    const told: string[] = [];
    const tells = (candidate: string): boolean => told.push(candidate) > 0;
    const { pipeline } = await echo(client, browser, { tells });
    expect(told.some((candidate) => candidate.includes(".local "))).toBe(true);
    await pipeline.release();
  });
});

describe("ICE through coturn", () => {
  let coturn: Coturn;
  beforeAll(async () => {
    coturn = await Coturn.start();
  });
  afterAll(async () => coturn[Symbol.asyncDispose]());

  it("reaches a browser that uses relays only", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const configuration: RTCConfiguration = {
      iceTransportPolicy: "relay",
      iceServers: [coturn.iceServer],
    };
    const { peer, pipeline } = await echo(client, browser, { configuration });
    expect((await peer.selectedCandidates()).localType).toBe("relay");
    await pipeline.release();
  });

  it.each(["udp", "tcp", "tls"] as const)(
    "is reached through a relay of its own over %s",
    async (transport) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      const url = coturn.url(transport);
      const { endpoint, peer, pipeline } = await echo(client, browser, {}, url);
      expect((await peer.selectedCandidates()).remoteType).toBe("relay");
      expect((await peer.measureVideo(2)).framesPerSecond).toBeGreaterThanOrEqual(20);
      const [pair] = await endpoint.getICECandidatePairs();
      expect(pair?.localCandidate).toContain("typ relay");
      await pipeline.release();
    },
  );

  it("tells of a wrong turnUrl by an Error event and gathers without it", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    const failed = nextEvent(endpoint, "Error");
    const done = nextEvent(endpoint, "IceGatheringDone");
    await endpoint.setTurnUrl("no-password@nowhere");
    await endpoint.generateOffer();
    await endpoint.gatherCandidates();
    expect(await failed).toMatchObject({ type: "UNEXPECTED_ELEMENT_ERROR", errorCode: 13 });
    await done;
    await pipeline.release();
  });
});
