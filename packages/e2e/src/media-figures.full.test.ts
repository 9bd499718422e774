// Figures for BENCH.md with a real browser as the publisher: segments of a GSO send, and how soon a second viewer sees a
// picture, for whom the source's last keyframe is kept.
import type { KurentoElement } from "kurento-client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

const VIEWERS = 5;
const SECONDS = 5;

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.pageUrl}metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

type Watched = typeof globalThis & { kmsFirstFrame: Promise<number> };

/** From now on the page notes how long after its answer the first picture comes. */
async function watchFirstFrame(page: Page): Promise<void> {
  await page.evaluate(() => {
    let answeredMs = 0;
    const original = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (
      ...description: unknown[]
    ): Promise<void> {
      answeredMs = performance.now();
      return Reflect.apply(original, this, description) as Promise<void>;
    };
    (globalThis as Watched).kmsFirstFrame = new Promise((resolve) => {
      const note = (): void => resolve(performance.now() - answeredMs);
      document.addEventListener("loadeddata", note, { capture: true, once: true });
    });
  });
}

async function view(browser: Browser, endpoint: KurentoElement): Promise<number> {
  const page = await openPage(browser, server.pageUrl);
  await watchFirstFrame(page);
  await Peer.call(page, endpoint, { send: "nothing" });
  return page.evaluate(() => (globalThis as Watched).kmsFirstFrame);
}

it("a browser's frames leave as GSO sends, and viewers that join see a picture at once", async () => {
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const pipeline = await client.create("MediaPipeline");
  const publisher = await pipeline.create("WebRtcEndpoint");
  const page = await openPage(browser, server.pageUrl);
  const camera = await Peer.call(page, publisher, { receive: false });
  await camera.connected();
  const firstFramesMs: number[] = [];
  for (let count = 0; count < VIEWERS; count += 1) {
    const endpoint = await pipeline.create("WebRtcEndpoint");
    await publisher.connect(endpoint);
    firstFramesMs.push(Math.round(await view(browser, endpoint)));
  }
  const names = ["sent_packets", "sends", "gso_sends", "gso_segments"] as const;
  const read = (): Promise<number[]> =>
    Promise.all(names.map((name) => metric(`kms_media_${name}_total`)));
  const before = await read();
  await camera.framesSentWithin(SECONDS);
  const after = await read();
  const [packets = 0, sends = 0, gsoSends = 0, gsoSegments = 0] = after.map(
    (value, at) => value - (before[at] ?? 0),
  );
  console.log("from the answer to the first picture, ms:", firstFramesMs);
  console.log("a second:", { packets: packets / SECONDS, sends: sends / SECONDS });
  console.log("packets a send:", packets / sends, "segments a GSO send:", gsoSegments / gsoSends);
  expect(gsoSends).toBeGreaterThan(0);
  expect(gsoSegments / gsoSends).toBeGreaterThanOrEqual(2);
  await pipeline.release();
});
