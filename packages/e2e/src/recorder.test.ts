import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo, inspect } from "./support/media.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

const SECONDS = 6;

describe("a browser to a recorder", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("writes a WebM file with VP8 and Opus of the right duration, which decodes", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const path = join(server.folder, "new", "recording.webm");
    const pipeline = await client.create("MediaPipeline");
    const camera = await pipeline.create("WebRtcEndpoint");
    const recorder = await pipeline.create("RecorderEndpoint", { uri: `file://${path}` });
    await camera.connect(recorder);
    await camera.connect(camera);
    const peer = await Peer.call(await openPage(browser, server.pageUrl), camera);
    await peer.showsVideo(640);
    const recording = nextEvent(recorder, "Recording");
    await subscribed(recorder);
    await recorder.record();
    await recording;
    const started = performance.now();
    await peer.measureVideo(SECONDS);
    const recorded = (performance.now() - started) / 1000;
    await recorder.stopAndWait();

    const facts = await inspect(path);
    console.log("recording:", facts, `wanted ${recorded.toFixed(2)} s`);
    expect([...facts.codecs].sort()).toEqual(["audio/x-opus", "video/x-vp8"]);
    expect(Math.abs(facts.durationSeconds - recorded)).toBeLessThan(recorded * 0.1);
    const frames = await decodeVideo(path);
    expect(frames.length).toBeGreaterThanOrEqual(recorded * 20);
    // The fake camera paints on green.
    for (const [red = 0, green = 0] of frames.slice(10)) expect(green).toBeGreaterThan(red);
    await pipeline.release();
  });
});
