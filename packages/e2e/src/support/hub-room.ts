// A hub with users: files that play into a port, browsers that send into one and watch it.
import { join } from "node:path";
import type {
  KurentoConnection,
  KurentoElement,
  KurentoObject,
  KurentoPipeline,
} from "kurento-client";
import type { Browser } from "playwright-core";
import { openPage } from "./browser.js";
import { makeWebm } from "./media.js";
import { Peer } from "./peer.js";
import type { PeerOptions, Pixel } from "./peer.js";
import type { Server } from "./server.js";

/** Colours that can be told apart after encoding. */
export const COLOURS = {
  red: { red: 255, green: 0, blue: 0 },
  green: { red: 0, green: 255, blue: 0 },
  blue: { red: 0, green: 0, blue: 255 },
  white: { red: 255, green: 255, blue: 255 },
  black: { red: 0, green: 0, blue: 0 },
} as const satisfies Readonly<Record<string, Pixel>>;

export type Colour = Exclude<keyof typeof COLOURS, "black">;

/** Tone of the file of each colour, in Hz. */
export const TONES: Readonly<Record<Colour, number>> = {
  red: 400,
  green: 1000,
  blue: 2000,
  white: 3000,
};

const ARGB: Readonly<Record<Colour, number>> = {
  red: 0xffff0000,
  green: 0xff00ff00,
  blue: 0xff0000ff,
  white: 0xffffffff,
};
const CSS: Readonly<Record<Colour, string>> = {
  red: "#f00",
  green: "#0f0",
  blue: "#00f",
  white: "#fff",
};

/** What hubs have beyond other objects. */
export interface KurentoHub extends KurentoObject {
  createHubPort(): Promise<KurentoElement>;
  connect(source: KurentoElement, sink: KurentoElement): Promise<void>;
  connect(media: string, source: KurentoElement, sink: KurentoElement): Promise<void>;
  disconnect(media: string, source: KurentoElement, sink: KurentoElement): Promise<void>;
  setSource(source: KurentoElement): Promise<void>;
  removeSource(): Promise<void>;
  setMaster(source: KurentoElement, zOrder: number): Promise<void>;
  setPortProperties(
    relativeX: number,
    relativeY: number,
    zOrder: number,
    relativeWidth: number,
    relativeHeight: number,
    port: KurentoElement,
  ): Promise<void>;
}

/** One user's port and browser. */
export interface User {
  readonly port: KurentoElement;
  readonly endpoint: KurentoElement;
  readonly peer: Peer;
  /** Releases the endpoint and the port, and closes the page. */
  leave(): Promise<void>;
}

/** A clip of one colour and its tone, a few seconds long. */
export async function makeClip(server: Server, colour: Colour): Promise<string> {
  const path = join(server.folder, `${colour}.webm`);
  const size = { width: 320, height: 240, frameRate: 15 };
  const clip = { colour: ARGB[colour], frequency: TONES[colour], seconds: 60, size };
  await makeWebm({ ...clip, path });
  return `file://${path}`;
}

/** Makes users of a hub. */
export class HubRoom {
  readonly hub: KurentoHub;
  readonly pipeline: KurentoPipeline;
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(
    hub: KurentoHub,
    pipeline: KurentoPipeline,
    browser: Browser,
    server: Server,
  ) {
    this.hub = hub;
    this.pipeline = pipeline;
    this.#browser = browser;
    this.#server = server;
  }

  static async open(
    client: KurentoConnection,
    type: string,
    { browser, server, params = {} }: { browser: Browser; server: Server; params?: object },
  ): Promise<HubRoom> {
    const pipeline = await client.create("MediaPipeline");
    const hub = (await pipeline.create(type, params)) as unknown as KurentoHub;
    return new HubRoom(hub, pipeline, browser, server);
  }

  port(): Promise<KurentoElement> {
    return this.hub.createHubPort();
  }

  /** A port into which a file plays. */
  async plays(uri: string): Promise<KurentoElement> {
    const [port, player] = [
      await this.port(),
      await this.pipeline.create("PlayerEndpoint", { uri }),
    ] as const;
    await player.connect(port);
    await player.play();
    return port;
  }

  /** A browser that watches a port, a new one unless given. */
  async watches(port?: KurentoElement): Promise<User> {
    return this.#join(port ?? (await this.port()), { send: "nothing" });
  }

  /** A browser that sends a colour into a port and watches it. */
  async joins(colour: Colour): Promise<User> {
    return this.#join(await this.port(), { send: "halves", colours: [CSS[colour], CSS[colour]] });
  }

  async #join(port: KurentoElement, options: PeerOptions): Promise<User> {
    const endpoint = await this.pipeline.create("WebRtcEndpoint");
    await port.connect(endpoint);
    if (options.send !== "nothing") await endpoint.connect(port);
    const page = await openPage(this.#browser, this.#server.pageUrl);
    const peer = await Peer.call(page, endpoint, options);
    await peer.connected();
    const leave = async (): Promise<void> => {
      await endpoint.release();
      await port.release();
      await page.context().close();
    };
    return { port, endpoint, peer, leave };
  }
}

/** Awaits colours at places of a picture. */
export async function seesColours(
  peer: Peer,
  ...wanted: readonly (readonly [x: number, y: number, colour: keyof typeof COLOURS])[]
): Promise<void> {
  for (const [x, y, colour] of wanted) await peer.showsColour(x, y, COLOURS[colour]);
}

/** Awaits that the loudest tone is that of the colour's file. */
export async function hearsTone(peer: Peer, colour: Colour): Promise<void> {
  while (Math.abs((await peer.loudestFrequency()) - TONES[colour]) > 30);
}
