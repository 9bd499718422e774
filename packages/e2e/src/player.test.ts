import { createReadStream } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { makeMp4, makeWebm } from "./support/media.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

const ORANGE = { argb: 0xffff8000, pixel: { red: 255, green: 128, blue: 0 } };
const TONE_HZ = 1000;

describe("a player to a browser", () => {
  let server: Server;
  let browser: Browser & AsyncDisposable;
  let webm: string;
  let mp4: string;
  beforeAll(async () => {
    server = await Server.start();
    browser = await launchBrowser();
    const clip = { seconds: 15, colour: ORANGE.argb, frequency: TONE_HZ };
    webm = join(server.folder, "clip.webm");
    mp4 = join(server.folder, "clip.mp4");
    await Promise.all([makeWebm({ ...clip, path: webm }), makeMp4({ ...clip, path: mp4 })]);
  });
  afterAll(async () => {
    await browser.close();
    expect(await server.stop()).toBe(0);
  });

  async function expectToSee(uri: string): Promise<void> {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const player = await pipeline.create("PlayerEndpoint", { uri });
    const viewer = await pipeline.create("WebRtcEndpoint");
    await player.connect(viewer);
    const page = await openPage(browser, server.pageUrl);
    const peer = await Peer.call(page, viewer, { send: "nothing" });
    await peer.connected();
    await player.play();
    await peer.showsVideo(640);
    await peer.showsColour(0.5, 0.5, ORANGE.pixel);
    const heard = await peer.loudestFrequency();
    expect(Math.abs(heard - TONE_HZ)).toBeLessThan(30);
    const figures = await peer.measureVideo(3);
    console.log(uri, figures, `${heard} Hz`);
    expect(figures.framesPerSecond).toBeGreaterThanOrEqual(20);
    await pipeline.release();
  }

  it("shows the right colours and sound of a WebM file (VP8, Opus)", () =>
    expectToSee(`file://${webm}`));

  it("shows the right colours and sound of an MP4 file (H264, AAC made Opus)", () =>
    expectToSee(`file://${mp4}`));

  it("plays over http", async () => {
    const files = createServer((_, response) => {
      response.setHeader("Content-Type", "video/webm");
      createReadStream(webm).pipe(response);
    }).listen(0, "127.0.0.1");
    await once(files, "listening");
    const { port } = files.address() as AddressInfo;
    await expectToSee(`http://127.0.0.1:${port}/clip.webm`);
    files.close();
  });

  it("emits Error with INVALID_URI for an unknown file, and goes on", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const player = await pipeline.create("PlayerEndpoint", { uri: "file:///no/such/file.webm" });
    const error = nextEvent(player, "Error");
    await subscribed(player);
    await player.play();
    expect((await error).type).toBe("INVALID_URI");
    await pipeline.release();
  });
});
