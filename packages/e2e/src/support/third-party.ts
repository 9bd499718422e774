// What holds for every module that is made outside the workspace, whatever it is made with.
import { expect } from "vitest";
import { launchBrowser, openPage } from "./browser.js";
import { connectClient, nextEvent, subscribed } from "./kurento.js";
import { Peer } from "./peer.js";
import { registerScaffolded } from "./scaffolded-client.js";
import type { ScaffoldedFilter } from "./scaffolded-client.js";
import type { Server } from "./server.js";

const RED = { red: 255, green: 0, blue: 0 };
const BLUE = { red: 0, green: 0, blue: 255 };
const CYAN = { red: 0, green: 255, blue: 255 };
const YELLOW = { red: 255, green: 255, blue: 0 };

/** A browser's picture goes through the filter and back; the client changes its strength meanwhile. */
export async function invertsThePicture(
  server: Server,
  module: string,
  className: string,
): Promise<void> {
  registerScaffolded(module, className);
  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const made = await pipeline.create(`${module}.${className}`, { strength: 1 });
  const filter = made as ScaffoldedFilter;
  const size = nextEvent(filter, "PictureSizeChanged", ({ width }) => width === 640);
  await subscribed(filter);
  await endpoint.connect(filter);
  await filter.connect(endpoint);
  const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint, {
    send: "halves",
  });
  await peer.showsColour(0.25, 0.5, CYAN);
  await peer.showsColour(0.75, 0.5, YELLOW);
  expect(await size).toMatchObject({ width: 640, height: 480 });

  await filter.setStrength(0);
  await peer.showsColour(0.25, 0.5, RED);
  await peer.showsColour(0.75, 0.5, BLUE);
  expect(await filter.getStrength()).toBe(0);
  await expect(filter.setStrength(2)).rejects.toMatchObject({ code: 40001 });
  await pipeline.release();
}
