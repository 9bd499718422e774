// A server, a browser and, for each test, an endpoint that sends back what it gets.
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { launchBrowser, openPage } from "./browser.js";
import { Peer, type PeerOptions } from "./peer.js";
import type { ServerOptions } from "./server.js";
import { TestPipeline, started } from "./test-pipeline.js";

/** Width of the camera's picture: small, so that AV1 can be encoded beside everything else. */
export const WIDTH = 320;

/** What a test file's tests call; to be made once, outside of them. */
export class EchoCall {
  readonly #test: TestPipeline;
  #browser: (Browser & AsyncDisposable) | undefined;
  #endpoint: KurentoElement | undefined;

  constructor(options: ServerOptions = {}) {
    this.#test = new TestPipeline(options);
    beforeAll(async () => {
      this.#browser = await launchBrowser();
    });
    afterAll(async () => {
      await this.#browser?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      this.#endpoint = await this.pipeline.create("WebRtcEndpoint");
      await this.endpoint.connect(this.endpoint);
    });
  }

  get endpoint(): KurentoElement {
    return started(this.#endpoint);
  }

  get pipeline(): KurentoPipeline {
    return this.#test.pipeline;
  }

  /** The page calls the endpoint. */
  async call(options: PeerOptions = {}): Promise<Peer> {
    return Peer.call(await this.#page(), this.endpoint, { width: WIDTH, ...options });
  }

  /** Another page calls another endpoint. */
  async watch(endpoint: KurentoElement, options: PeerOptions): Promise<Peer> {
    return Peer.call(await this.#page(), endpoint, options);
  }

  /** The endpoint calls a page. */
  async answer(options: PeerOptions = {}): Promise<Peer> {
    return Peer.answer(await this.#page(), this.endpoint, { width: WIDTH, ...options });
  }

  /** Expects video of that codec to come back without GStreamer, and ends the call. */
  async expectForwarded(peer: Peer, codec: string): Promise<void> {
    await peer.showsVideo(WIDTH);
    expect(await peer.measureVideo(1)).toMatchObject({ codec: `video/${codec}`, width: WIDTH });
    const dot = await this.pipeline.getGstreamerDot();
    expect(dot, "no GStreamer in the media path").not.toMatch(/gst/i);
    await peer.page.context().close();
  }

  async #page(): Promise<Awaited<ReturnType<typeof openPage>>> {
    return openPage(started(this.#browser), this.#test.server.pageUrl);
  }
}
