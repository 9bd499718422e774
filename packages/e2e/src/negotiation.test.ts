// A browser's codecs, offers both ways, and sessions that change, through the real server.
import type { KurentoConnection, KurentoElement, KurentoPipeline } from "kurento-client";
import { type Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer, type PeerOptions } from "./support/peer.js";
import { Server } from "./support/server.js";

// Small, so that AV1 can be encoded beside everything else.
const WIDTH = 320;
const MODULES = {
  kurento: {
    SdpEndpoint: {
      renegotiation: true,
      videoCodecs: ["VP9", "VP8", "H264", "AV1"].map((name) => ({ name: `${name}/90000` })),
    },
  },
};

let server: Server;
let client: KurentoConnection & AsyncDisposable;
let browser: Browser & AsyncDisposable;
let pipeline: KurentoPipeline;
let endpoint: KurentoElement;

beforeAll(async () => {
  server = await Server.start({ modules: MODULES });
  client = await connectClient(server.url);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  expect(await server.stop()).toBe(0);
});
beforeEach(async () => {
  pipeline = await client.create("MediaPipeline");
  endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.connect(endpoint);
});
afterEach(async () => {
  await pipeline.release();
});

async function call(options: PeerOptions = {}): Promise<Peer> {
  const page = await openPage(browser, server.pageUrl);
  return Peer.call(page, endpoint, { width: WIDTH, ...options });
}

async function answer(): Promise<Peer> {
  const page = await openPage(browser, server.pageUrl);
  return Peer.answer(page, endpoint, { width: WIDTH });
}

async function expectForwarded(peer: Peer, codec: string): Promise<void> {
  await peer.showsVideo(WIDTH);
  expect(await peer.measureVideo(1)).toMatchObject({ codec: `video/${codec}`, width: WIDTH });
  expect(await pipeline.getGstreamerDot(), "no GStreamer in the media path").not.toMatch(/gst/i);
  await peer.page.context().close();
}

describe("video through the server by forwarding", () => {
  it.each(["VP8", "VP9", "H264", "AV1"] as const)("%s, the browser offers", async (codec) => {
    await expectForwarded(await call({ codec }), codec);
  });

  it("the server offers, and the browser sends the codec that is configured first", async () => {
    await expectForwarded(await answer(), "VP9");
  });
});

describe("audio through the server by forwarding", () => {
  it.each(["PCMU", "PCMA", "opus"])("%s", async (codec) => {
    const changeOffer = (offer: string): string => {
      const [, format = ""] = new RegExp(`a=rtpmap:(\\d+) ${codec}/`).exec(offer) ?? [];
      return offer.replace(/(m=audio \d+ \S+) .*/, `$1 ${format}`);
    };
    const peer = await call({ send: "microphone", changeOffer });
    expect(await peer.audioCodec()).toBe(`audio/${codec}`);
    await peer.page.context().close();
  });
});

describe("a session that changes", () => {
  it("renegotiation_offer_new_media: video joins an audio call", async () => {
    const peer = await call({ send: "microphone" });
    await peer.connected();
    expect(await endpoint.getLocalSessionDescriptor()).not.toContain("m=video");
    await peer.addCamera();
    await peer.negotiate();
    await expectForwarded(peer, "VP8");
  });

  it("the server offers again, and media goes on", async () => {
    const peer = await call();
    await peer.showsVideo(WIDTH);
    await peer.answer();
    await peer.watchFrames();
    await peer.longestGap(10);
    await expectForwarded(peer, "VP8");
  });
});
