// One source in a browser and its viewers, each on a way of its own to the server.
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import type { Browser } from "playwright-core";
import { openPage } from "./browser.js";
import { Peer, type PeerOptions, type VideoCodec } from "./peer.js";
import { Server } from "./server.js";
import { type Link, UdpRelay, candidateVia } from "./udp-relay.js";

/** The longest gap between pictures that a test allows: twice what is aimed at, as a busy machine shows frames late. */
export const LONGEST_FREEZE_MS = 2000;

export interface Viewing {
  readonly browser: Browser;
  readonly pipeline: KurentoPipeline;
  readonly source: KurentoElement;
  readonly codec: VideoCodec;
}

/** A page at `pageUrl` sends its camera to the source, with that codec. */
export async function publish(
  { browser, source, codec }: Viewing,
  pageUrl: string,
  options: PeerOptions = {},
): Promise<Peer> {
  const page = await openPage(browser, pageUrl);
  const camera = await Peer.call(page, source, { codec, receive: false, ...options });
  await camera.connected();
  return camera;
}

/** Shows the source without a bandwidth limit of our own. */
export async function view(viewing: Viewing, options: PeerOptions = {}): Promise<Peer> {
  const { browser, pipeline, source, codec } = viewing;
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.setMaxVideoSendBandwidth(0);
  await source.connect(endpoint);
  const page = await (await browser.newContext()).newPage();
  return Peer.call(page, endpoint, { codec, send: "nothing", ...options });
}

/** A server, and the relays on the ways to it. */
export class RelayedServer {
  readonly #server: Server;
  readonly #relays: UdpRelay[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RelayedServer> {
    return new RelayedServer(await Server.start());
  }

  get url(): string {
    return this.#server.url;
  }

  get pageUrl(): string {
    return this.#server.pageUrl;
  }

  /** As the function of that name; the relay is closed with the server. */
  async viewOver(...args: Parameters<typeof viewOver>): ReturnType<typeof viewOver> {
    const made = await viewOver(...args);
    this.#relays.push(made.relay);
    return made;
  }

  /** Closes the relays and ends the server; its exit code. */
  async stop(): Promise<number | null> {
    for (const relay of this.#relays) relay.close();
    return this.#server.stop();
  }
}

/** Shows the source over a relay, which listens at `address` if that is given, and which the caller closes. */
export async function viewOver(
  viewing: Viewing,
  link: Link,
  { address, ...options }: PeerOptions & { readonly address?: string } = {},
): Promise<{ viewer: Peer; relay: UdpRelay }> {
  let made: Promise<UdpRelay> | undefined;
  const via = async (candidate: string): Promise<string | undefined> => {
    const found = candidateVia(candidate, 0);
    if (found === undefined || made) return undefined;
    made = UdpRelay.start(found.address, found.port, 42, address);
    const relay = await made;
    relay.link = link;
    return candidateVia(candidate, relay.port, address)?.changed;
  };
  const viewer = await view(viewing, { ...options, via });
  await viewer.showsVideo();
  if (!made) throw new Error("the server told no candidate that can be relayed");
  return { viewer, relay: await made };
}
