import type * as kurento from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server, owningProcess } from "./support/server.js";

function portOf({ candidate }: kurento.KurentoEvent): number {
  return Number(candidate.candidate.split(" ")[5]);
}

describe("a media worker that dies", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start({ args: ["--workers", "2"] });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("loses its own pipelines, while another worker's call loses no frame", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const workers = await server.workers();
    expect(workers).toHaveLength(2);

    const kept = await client.create("MediaPipeline");
    const lost = await client.create("MediaPipeline");
    const endpoint = await kept.create("WebRtcEndpoint");
    await endpoint.connect(endpoint);
    const candidate = nextEvent(endpoint, "IceCandidateFound");
    const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
    await peer.showsVideo(640);

    const owner = await owningProcess(workers, portOf(await candidate));
    const doomed = workers.find((worker) => worker !== owner) ?? 0;
    const element = await lost.create("PassThrough");
    const error = nextEvent(element, "Error");
    await subscribed(element);
    const measuring = peer.measureVideo(8);
    process.kill(doomed, "SIGKILL");
    expect((await error).type).toBe("UNEXPECTED_PIPELINE_ERROR");
    await expect(lost.create("PassThrough")).rejects.toMatchObject({ code: 40101 });

    const fresh = await client.create("MediaPipeline");
    await fresh.create("WebRtcEndpoint");
    const figures = await measuring;
    console.log("beside a killed worker:", figures);
    expect(figures.framesPerSecond).toBeGreaterThanOrEqual(20);
    expect(figures.packetsLost).toBe(0);
    expect(Math.abs(figures.framesMissing)).toBeLessThanOrEqual(3);
    await fresh.release();
    await kept.release();
  });
});
