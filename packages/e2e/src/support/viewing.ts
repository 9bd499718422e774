// One source in a browser and its viewers, each on a way of its own to the server.
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import type { Browser } from "playwright-core";
import { openPage } from "./browser.js";
import { Peer, type PeerOptions, type VideoCodec } from "./peer.js";
import { type Link, UdpRelay, candidateVia } from "./udp-relay.js";

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
