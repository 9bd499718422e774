// One pipeline's endpoints on several I/O threads: each advertises its thread's port.
import type { KurentoElement } from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

/** With the publisher as many as stay on the pipeline's own thread. */
const others = 7;

describe("a publisher with many viewers", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start({ mediaServer: { workers: { count: 1, ioThreads: 2 } } });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("uses two I/O threads, and a viewer on the other one sees it as well", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const publisher = await pipeline.create("WebRtcEndpoint");
    const camera = await Peer.call(await openPage(browser, server.pageUrl), publisher, {
      receive: false,
    });
    await camera.connected();
    for (let count = 0; count < others; count++)
      await publisher.connect(await pipeline.create("WebRtcEndpoint"));
    const endpoint = await pipeline.create("WebRtcEndpoint");
    await publisher.connect(endpoint);
    const viewer = await Peer.call(await openPage(browser, server.pageUrl), endpoint, {
      send: "nothing",
    });
    await viewer.showsVideo(640);
    expect(await portOf(endpoint)).not.toBe(await portOf(publisher));
    const { framesPerSecond, packetsLost } = await viewer.measureVideo(4);
    expect(framesPerSecond).toBeGreaterThan(0);
    expect(packetsLost).toBe(0);
    await pipeline.release();
  });
});

/** The UDP port of an endpoint's candidates. */
async function portOf(endpoint: KurentoElement): Promise<number> {
  const sdp = await endpoint.getLocalSessionDescriptor();
  const port = /^a=candidate:\S+ 1 udp \d+ \S+ (\d+) typ host/im.exec(sdp)?.[1];
  expect(port).toBeDefined();
  return Number(port);
}
