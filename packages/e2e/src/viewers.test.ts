import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

describe("one publisher and three viewers", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("shows each viewer 20 frames a second for 10 s over one route, without GStreamer", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const publisher = await pipeline.create("WebRtcEndpoint");
    const camera = await Peer.call(await openPage(browser, server.pageUrl), publisher, {
      receive: false,
    });
    await camera.connected();
    const viewers: Peer[] = [];
    for (let count = 0; count < 3; count++) {
      const endpoint = await pipeline.create("WebRtcEndpoint");
      await publisher.connect(endpoint);
      const page = await openPage(browser, server.pageUrl);
      viewers.push(await Peer.call(page, endpoint, { send: "nothing" }));
    }
    await Promise.all(viewers.map((viewer) => viewer.showsVideo(640)));
    const figures = await Promise.all(viewers.map((viewer) => viewer.measureVideo(10)));
    console.log("viewers:", figures);
    for (const { framesPerSecond } of figures) expect(framesPerSecond).toBeGreaterThanOrEqual(20);

    const dot = await pipeline.getGstreamerDot();
    const routes = [...dot.matchAll(/"[^"]+" -> "[^"]+" \[[^\]]*label="video route"/g)];
    expect(routes).toHaveLength(3);
    expect(dot).not.toMatch(/gst/i);
    await pipeline.release();
  });
});
