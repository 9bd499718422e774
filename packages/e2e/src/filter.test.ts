import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { Server } from "./support/server.js";

const RED = { red: 255, green: 0, blue: 0 };
const BLUE = { red: 0, green: 0, blue: 255 };

describe("GStreamerFilter between a browser and itself", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("mirrors the picture with videoflip, and lets it be again after disconnecting", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    const filter = await pipeline.create("GStreamerFilter", {
      command: "videoflip method=horizontal-flip",
    });
    await endpoint.connect(endpoint);
    const page = await openPage(browser, server.pageUrl);
    const peer = await Peer.call(page, endpoint, { send: "halves" });
    await peer.showsVideo(320);
    await peer.showsColour(0.25, 0.5, RED);
    await peer.showsColour(0.75, 0.5, BLUE);

    await endpoint.connect(filter);
    await filter.connect(endpoint);
    await peer.showsColour(0.25, 0.5, BLUE);
    await peer.showsColour(0.75, 0.5, RED);
    expect(await pipeline.getGstreamerDot()).toContain("videoflip");

    await endpoint.connect(endpoint);
    await peer.showsColour(0.25, 0.5, RED);
    expect(await peer.pixel(0.75, 0.5)).toMatchObject({ green: expect.any(Number) });
    await pipeline.release();
  });

  it("refuses a command that is no element, with Kurento's code", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const create = pipeline.create("GStreamerFilter", { command: "nosuchelement" });
    await expect(create).rejects.toMatchObject({ code: 40001 });
    await pipeline.release();
  });
});
