// Layers within one stream (SVC): a viewer whose way narrows gets a smaller size, others do not notice.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { type Link, PERFECT } from "./support/udp-relay.js";
import { LONGEST_FREEZE_MS, RelayedServer, publish, view } from "./support/viewing.js";

const WIDE: Link = { ...PERFECT, delayMs: 25 };
const NARROW: Link = { ...WIDE, rateKbps: 350 };
const WIDTH = 640;
const BY_EXTENSION = "by the dependency descriptor";
const DEPENDENCIES = /a=extmap:.*dependency-descriptor-rtp-header-extension\r\n/;

let server: RelayedServer;
beforeAll(async () => {
  server = await RelayedServer.start();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe("SVC", () => {
  it.each([
    ["VP9", "L3T3_KEY", "by the payload's descriptor"],
    ["VP9", "L3T3_KEY", BY_EXTENSION],
    ["VP9", "L3T3", BY_EXTENSION],
    ["AV1", "L3T3_KEY", BY_EXTENSION],
  ] as const)(
    "%s %s %s: a viewer whose way narrows gets a smaller size and later the whole again",
    async (codec, scalabilityMode, by) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      const pipeline = await client.create("MediaPipeline");
      const source = await pipeline.create("WebRtcEndpoint");
      const viewing = { browser, pipeline, source, codec };
      const describesLayers = by === BY_EXTENSION;
      const changeOffer = (offer: string): string => {
        expect(offer).toMatch(DEPENDENCIES);
        return describesLayers ? offer : offer.replace(DEPENDENCIES, "");
      };
      await publish(viewing, server.pageUrl, { scalabilityMode, width: WIDTH, changeOffer });
      const { viewer, relay } = await server.viewOver(viewing, WIDE, { describesLayers });
      const other = await view(viewing, { describesLayers });
      await Promise.all([viewer.keepsWidth(WIDTH, 3), other.showsVideo(WIDTH)]);
      const before = await viewer.measureVideo(3);

      await Promise.all([viewer.watchFrames(), viewer.watchWidths(), other.watchFrames()]);
      relay.link = NARROW;
      const step = await viewer.measureVideo(5);
      const [after, untouched] = await Promise.all([viewer.measureVideo(5), other.measureVideo(5)]);
      const [gap, otherGap] = await Promise.all([viewer.longestGap(1), other.longestGap(1)]);
      relay.link = WIDE;
      await viewer.showsVideo(WIDTH);
      const widths = await viewer.widths();
      console.log(codec, scalabilityMode, by, {
        before,
        step,
        after,
        gap,
        untouched,
        otherGap,
        widths,
      });

      expect(before.codec).toContain(codec);
      expect(after.width).toBeLessThan(WIDTH);
      expect(after.framesPerSecond).toBeGreaterThan(0.4 * before.framesPerSecond);
      expect(gap).toBeLessThan(LONGEST_FREEZE_MS);
      expect(untouched.width).toBe(WIDTH);
      expect(otherGap).toBeLessThan(LONGEST_FREEZE_MS);
      await pipeline.release();
    },
  );
});
