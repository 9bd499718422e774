// Viewers whose ways to the server are narrow or lose packets.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import type { WidthChange } from "./support/media-page.js";
import { ShapedLink } from "./support/shaped-link.js";
import { type Link, PERFECT } from "./support/udp-relay.js";
import { LONGEST_FREEZE_MS, RelayedServer, publish, view } from "./support/viewing.js";

const ROUND_TRIP_50_MS: Link = { ...PERFECT, delayMs: 25 };
const WIDE_KBPS = 2000;
const NARROW_KBPS = 500;
const LONGEST_SETTLING_MS = 5000;
const SECONDS = 20;

let server: RelayedServer;
beforeAll(async () => {
  server = await RelayedServer.start();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** When the picture was as wide as that for the last time. */
function lastOfWidth(widths: readonly WidthChange[], wide: number): number {
  const last = widths.findLastIndex(({ width }) => width === wide);
  return widths[last + 1]?.after ?? Infinity;
}

describe("simulcast", () => {
  let link: ShapedLink;
  beforeEach(async () => {
    link = await ShapedLink.create(WIDE_KBPS);
  });
  afterEach(async () => link[Symbol.asyncDispose]());

  it.each(["VP8", "H264"] as const)(
    "%s: a viewer whose link narrows gets a smaller size, others do not notice",
    async (codec) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      await using far = await launchBrowser({ executablePath: await link.namespace.browser() });
      const pipeline = await client.create("MediaPipeline");
      const source = await pipeline.create("WebRtcEndpoint");
      const viewing = { browser, pipeline, source, codec };
      await publish(viewing, server.pageUrl, { simulcast: true, width: 960 });
      const atFar = { ...viewing, browser: far };
      const { viewer } = await server.viewOver(atFar, ROUND_TRIP_50_MS, {
        address: link.address,
      });
      const other = await view(viewing);
      await Promise.all([viewer.keepsWidth(960, 3), other.showsVideo(960)]);
      const before = await viewer.measureVideo(3);

      await Promise.all([viewer.watchFrames(), viewer.watchWidths(), other.watchFrames()]);
      await link.setRate(NARROW_KBPS);
      const step = await viewer.measureVideo(5);
      const [after, untouched] = await Promise.all([viewer.measureVideo(5), other.measureVideo(5)]);
      const [gap, otherGap] = await Promise.all([viewer.longestGap(1), other.longestGap(1)]);
      const widths = await viewer.widths();
      const settled = lastOfWidth(widths, 960);
      const dropped = await link.dropped();
      await link.setRate(2 * WIDE_KBPS);
      await viewer.showsVideo(960);
      console.log(codec, {
        settled,
        gap,
        otherGap,
        dropped,
        widths,
        before,
        step,
        after,
        untouched,
      });

      expect(dropped).toBeGreaterThan(0);
      expect(after.width).toBeLessThan(960);
      expect(settled).toBeLessThan(LONGEST_SETTLING_MS);
      expect(after.framesPerSecond).toBeGreaterThan(0.5 * before.framesPerSecond);
      expect(gap).toBeLessThan(LONGEST_FREEZE_MS);
      expect(untouched.width).toBe(960);
      expect(otherGap).toBeLessThan(1500);
      await pipeline.release();
    },
  );
});

describe("loss", () => {
  it.each([0.05, 0.1])(
    "leaves frames complete when %d of a viewer's packets are lost",
    async (loss) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      const pipeline = await client.create("MediaPipeline");
      const source = await pipeline.create("WebRtcEndpoint");
      const viewing = { browser, pipeline, source, codec: "VP8" } as const;
      const camera = await publish(viewing, server.pageUrl);
      const { viewer, relay } = await server.viewOver(viewing, ROUND_TRIP_50_MS);
      relay.toClient.link = { ...ROUND_TRIP_50_MS, loss };
      const [sent, received] = await Promise.all([
        camera.framesSentWithin(SECONDS),
        viewer.measureVideo(SECONDS),
      ]);
      const complete = (received.framesPerSecond * SECONDS) / sent;
      console.log("loss", { loss, sent, complete, received, packets: relay.toClient.lost });
      expect(relay.toClient.lost).toBeGreaterThan(20);
      // The two counts do not begin at the same moment.
      expect(complete).toBeGreaterThan(0.97);
      await pipeline.release();
    },
  );
});
