import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { HubRoom, hearsTone, makeClip, seesColours } from "./support/hub-room.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { Server } from "./support/server.js";

let server: Server;
let browser: Browser & AsyncDisposable;
let red: string;
let green: string;
beforeAll(async () => {
  server = await Server.start();
  browser = await launchBrowser();
  red = await makeClip(server, "red");
  green = await makeClip(server, "green");
});
afterAll(async () => {
  await browser.close();
  expect(await server.stop()).toBe(0);
});

describe("Composite", () => {
  it.each([
    ["composite_setup", {}],
    ["composite_param_setup", { width: 1200, height: 215, framerate: 60 }],
  ])("%s: two sources flow through it, audio and video", async (_name, params) => {
    await using client = await connectClient(server.url);
    const room = await HubRoom.open(client, "Composite", { browser, server, params });
    const sink = await room.pipeline.create("PassThrough");
    const flows = ["AUDIO", "VIDEO"].map((type) =>
      nextEvent(
        sink,
        "MediaFlowInStateChanged",
        ({ state, mediaType }) => state === "FLOWING" && mediaType === type,
      ),
    );
    await subscribed(sink);
    await room.plays(red);
    await room.plays(green);
    await (await room.port()).connect(sink);
    await Promise.all(flows);
    await room.pipeline.release();
  });

  it("shows a viewer both pictures side by side, and lets a port hear the other one only", async () => {
    await using client = await connectClient(server.url);
    const room = await HubRoom.open(client, "Composite", { browser, server });
    const first = await room.plays(red);
    await room.plays(green);
    const { peer } = await room.watches(first);
    await peer.showsVideo(800);
    await seesColours(peer, [0.25, 0.5, "red"], [0.75, 0.5, "green"], [0.25, 0.02, "black"]);
    await hearsTone(peer, "green");
    await room.pipeline.release();
  });
});
