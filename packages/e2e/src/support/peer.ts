// One RTCPeerConnection in a page, driven from the test: offers, candidates, figures and pixels.
import type { KurentoElement } from "kurento-client";
import type { Page } from "playwright-core";
import { PageChannel } from "./data-channel.js";
import { openChannels } from "./data-page.js";
import type { ChannelWish } from "./data-page.js";
import { kurento } from "./kurento.js";
import * as inMedia from "./media-page.js";
import type { Pixel, VideoFigures, WidthChange } from "./media-page.js";
import * as inPage from "./peer-page.js";
import type { PageOptions, PeerWindow, SelectedCandidates } from "./peer-page.js";

export type { Pixel, VideoFigures } from "./media-page.js";

export interface PeerOptions {
  /**
   * What is sent: the fake camera and microphone (by default), a picture of two coloured halves, the microphone alone,
   * or nothing.
   */
  readonly send?: PageOptions["send"];
  /** CSS colours of the halves; red on the left and blue on the right by default. */
  readonly colours?: readonly [string, string];
  /** Video codec put first in the page's offer, VP8 by default; who answers sends what the server puts first. */
  readonly codec?: VideoCodec;
  /** Whether media is taken back; true by default. */
  readonly receive?: boolean;
  /** Frequency in Hz of a tone that goes with the halves; 0, which is the default, for none. */
  readonly tone?: number;
  /** Width of the camera's picture and of the halves; 640 by default. */
  readonly width?: number;
  /** Of the halves; 30 by default. */
  readonly frameRate?: number;
  /** Sends the camera in three sizes: `q`, `h` and `f`, a quarter, half and all of its width. */
  readonly simulcast?: boolean;
  /** Layers of the camera within one stream, as `L3T3_KEY`. */
  readonly scalabilityMode?: string;
  /** Whether the page offers dependency descriptors even if it sends no layers; false by default. */
  readonly describesLayers?: boolean;
  /**
   * Changes the server's candidates on their way to the page; undefined leaves one out. The page's own are then kept
   * from the server, which learns where the page is from its checks.
   */
  readonly via?: (candidate: string) => Promise<string | undefined>;
  /** Of the peer connection: ICE servers, relays only. */
  readonly configuration?: RTCConfiguration;
  /** Which of the browser's candidates the server is told of; all by default. */
  readonly tells?: (candidate: string) => boolean;
  /** Which of the server's candidates the browser is told of; all by default. */
  readonly hears?: (candidate: string) => boolean;
  /** Data channels that the page opens; with an empty list it takes those of the server. */
  readonly channels?: readonly ChannelWish[];
  /** Changes the offer on its way to the server. */
  readonly changeOffer?: (offer: string) => string;
}

export type VideoCodec = "VP8" | "VP9" | "H264" | "AV1";

async function deliverCandidate(
  page: Page,
  candidate: RTCIceCandidateInit & { readonly candidate: string },
  via: PeerOptions["via"],
): Promise<void> {
  const text = via ? await via(candidate.candidate) : candidate.candidate;
  if (text !== undefined)
    await page.evaluate(inPage.addCandidate, { ...candidate, candidate: text });
}

/** A browser's side of a call. */
export class Peer {
  readonly page: Page;
  readonly #endpoint: KurentoElement;
  readonly #options: PeerOptions;

  private constructor(page: Page, endpoint: KurentoElement, options: PeerOptions) {
    this.page = page;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  /** Makes the peer connection in `page` and calls `endpoint`, candidates trickling both ways. */
  static async call(
    page: Page,
    endpoint: KurentoElement,
    options: PeerOptions = {},
  ): Promise<Peer> {
    const peer = await Peer.#create(page, endpoint, options, false);
    await peer.negotiate();
    await endpoint.gatherCandidates();
    return peer;
  }

  /** As {@link call}, but the server offers and the page answers. */
  static async answer(
    page: Page,
    endpoint: KurentoElement,
    options: PeerOptions = {},
  ): Promise<Peer> {
    const peer = await Peer.#create(page, endpoint, options, true);
    await peer.answer();
    await endpoint.gatherCandidates();
    return peer;
  }

  static async #create(
    page: Page,
    endpoint: KurentoElement,
    options: PeerOptions,
    answers: boolean,
  ): Promise<Peer> {
    const toIceCandidate = kurento.getComplexType("IceCandidate");
    const { send = "camera", receive = true, width = 640, simulcast = false, via } = options;
    const { scalabilityMode = "", describesLayers = false } = options;
    const {
      configuration = {},
      tells = (): boolean => !via,
      hears = (): boolean => true,
    } = options;
    await page.exposeFunction("kmsCandidate", async (candidate: RTCIceCandidateInit) => {
      if (tells(candidate.candidate ?? ""))
        await endpoint.addIceCandidate(toIceCandidate(candidate));
    });
    endpoint.on("IceCandidateFound", ({ candidate }) => {
      if (!hears(candidate.candidate)) return;
      deliverCandidate(page, candidate, via).catch((error: unknown) => {
        if (!page.isClosed()) throw error;
      });
    });
    const { colours = ["#f00", "#00f"], tone = 0, frameRate = 30 } = options;
    const picture = {
      send,
      colours,
      tone,
      width,
      frameRate,
      simulcast,
      scalabilityMode,
      describesLayers,
    };
    const wishes = { ...picture, receive, answers, configuration };
    await page.evaluate(inPage.createPeer, wishes);
    if (options.channels) await page.evaluate(openChannels, options.channels);
    return new Peer(page, endpoint, options);
  }

  /** Offers, the first time or again; an ICE restart makes new credentials. */
  async negotiate({ iceRestart = false } = {}): Promise<void> {
    const { codec = "VP8", changeOffer = (unchanged: string): string => unchanged } = this.#options;
    await this.page.evaluate(inPage.preferCodec, codec);
    const offer = await this.page.evaluate(inPage.createOffer, iceRestart);
    const answer = await this.#endpoint.processOffer(changeOffer(offer));
    await this.page.evaluate(inPage.acceptAnswer, answer);
  }

  /** Takes an offer of the server and answers it, the first time or again. */
  async answer(): Promise<void> {
    await this.page.evaluate(inPage.acceptOffer, await this.#endpoint.generateOffer());
    await this.#endpoint.processAnswer(await this.page.evaluate(inPage.createAnswer));
  }

  /** Adds the camera to a call; the next offer tells. */
  async addCamera(): Promise<void> {
    await this.page.evaluate(inPage.addCamera, this.#options.width ?? 640);
  }

  /** Starts to note when frames are shown. */
  async watchFrames(): Promise<void> {
    await this.page.evaluate(inMedia.watchFrames);
  }

  /** Resolves when for `seconds` all frames were as wide as that. */
  async keepsWidth(width: number, seconds: number): Promise<void> {
    await this.page.evaluate(inMedia.keepsWidth, { width, seconds });
  }

  /** Starts to note widths of the received video. */
  async watchWidths(): Promise<void> {
    await this.page.evaluate(inMedia.watchWidths);
  }

  /** Each width since {@link watchWidths}, with the milliseconds until it came. */
  async widths(): Promise<readonly WidthChange[]> {
    return this.page.evaluate(inMedia.widths);
  }

  /** Waits for `count` more frames; the longest time without one since {@link watchFrames}, in ms. */
  async longestGap(count: number): Promise<number> {
    return this.page.evaluate(inMedia.longestGap, count);
  }

  /** Frames that the page sends within `seconds` of the browser's own statistics clock. */
  async framesSentWithin(seconds: number): Promise<number> {
    return this.page.evaluate(inMedia.framesSentWithin, seconds);
  }

  /** Codec of the received audio, once some of it has come. */
  async audioCodec(): Promise<string> {
    return this.page.evaluate(inMedia.audioCodec);
  }

  /** Resolves when that many audio packets came that were not needed, such as copies in redundant audio. */
  async discardsAudioPackets(count: number): Promise<void> {
    while ((await this.page.evaluate(inMedia.discardedAudioPackets)) < count) {
      await this.page.evaluate(inMedia.nextFrame);
    }
  }

  /** Id of the candidate pair in use. */
  async selectedPair(): Promise<string> {
    return this.page.evaluate(inPage.selectedPair);
  }

  /** Resolves when media takes another candidate pair than that one. */
  async usesAnotherPair(than: string): Promise<void> {
    while ((await this.selectedPair()) === than) await this.page.evaluate(inMedia.nextFrame);
  }

  /** How many transports the browser uses. */
  async transportCount(): Promise<number> {
    return this.page.evaluate(inPage.transportCount);
  }

  /** What the two candidates in use are. */
  async selectedCandidates(): Promise<SelectedCandidates> {
    return this.page.evaluate(inPage.selectedCandidates);
  }

  /** The page's data channel of that label, once it is open. */
  async channel(label: string): Promise<PageChannel> {
    return new PageChannel(this.page, label).opened();
  }

  /** Resolves when the peer connection is connected. */
  async connected(): Promise<void> {
    await this.page.waitForFunction(
      () => (globalThis as PeerWindow).kmsPeer.peer.connectionState === "connected",
    );
  }

  /** Resolves when video of at least that width is being shown. */
  async showsVideo(width = 2): Promise<void> {
    await this.page.waitForFunction((least) => {
      const { video } = (globalThis as PeerWindow).kmsPeer;
      return video.videoWidth >= least && video.currentTime > 0;
    }, width);
  }

  /** Measures the received video over `seconds` of the browser's own statistics clock. */
  async measureVideo(seconds: number): Promise<VideoFigures> {
    return this.page.evaluate(inMedia.measureVideo, seconds);
  }

  /** The colour of the shown frame at a relative position (0..1). */
  async pixel(x: number, y: number): Promise<Pixel> {
    return this.page.evaluate(inMedia.readPixel, { x, y });
  }

  /** Resolves when the colour at a position is near the wanted one (each part within 60 of 255). */
  async showsColour(x: number, y: number, wanted: Pixel): Promise<void> {
    for (;;) {
      const seen = await this.pixel(x, y);
      const parts = ["red", "green", "blue"] as const;
      if (parts.every((part) => Math.abs(seen[part] - wanted[part]) <= 60)) return;
      await this.page.evaluate(inMedia.nextFrame);
    }
  }

  /** Audio level and loudest frequency in Hz of the received audio, once it is heard. */
  async loudestFrequency(): Promise<number> {
    return this.page.evaluate(inMedia.loudestFrequency);
  }

  async close(): Promise<void> {
    await this.page.evaluate(() => (globalThis as PeerWindow).kmsPeer.peer.close());
  }
}
