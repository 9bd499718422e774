import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server, threads } from "./support/server.js";

describe("a browser's camera through the server and back", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it.each(["VP8", "H264"] as const)(
    "shows 20 frames a second at 640x480 for 10 s with %s",
    async (codec) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      const pipeline = await client.create("MediaPipeline");
      const endpoint = await pipeline.create("WebRtcEndpoint");
      await endpoint.connect(endpoint);
      const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint, { codec });
      await peer.showsVideo(640);
      const figures = await peer.measureVideo(10);
      console.log(`loopback ${codec}:`, figures);
      expect(figures.framesPerSecond).toBeGreaterThanOrEqual(20);
      expect([figures.width, figures.height]).toEqual([640, 480]);
      expect(figures.codec).toBe(`video/${codec}`);

      const dot = await pipeline.getGstreamerDot();
      expect(dot).toMatch(/^digraph pipeline \{/);
      expect(dot, "no GStreamer element in the media path").not.toMatch(/gst/i);
      await pipeline.release();
    },
  );

  it("comes back too when the server offers, with dependency descriptors agreed on for video", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    await endpoint.connect(endpoint);
    const peer = await Peer.answer(await openPage(browser, server.pageUrl), endpoint);
    await peer.showsVideo(640);
    const answer = await endpoint.getRemoteSessionDescriptor();
    expect(answer.split("m=video")[1]).toMatch(
      /a=extmap:6 .*#dependency-descriptor-rtp-header-ext/,
    );
    await pipeline.release();
  });

  it("adds no thread for an endpoint", async () => {
    await using client = await connectClient(server.url);
    const count = async (): Promise<number> => {
      const all = await Promise.all((await server.workers()).map(threads));
      return all.flat().length;
    };
    const pipeline = await client.create("MediaPipeline");
    await pipeline.create("WebRtcEndpoint");
    const before = await count();
    const endpoints = Array.from({ length: 20 }, () => pipeline.create("WebRtcEndpoint"));
    for (const endpoint of await Promise.all(endpoints)) {
      await endpoint.generateOffer();
      await endpoint.gatherCandidates();
    }
    expect(await count()).toBe(before);
    await pipeline.release();
  });
});
