// One server and one browser for tests of ICE, whose calls differ in the ways that are open to them.
import type { KurentoConnection, KurentoElement, KurentoPipeline } from "kurento-client";
import type { Browser } from "playwright-core";
import { launchBrowser, openPage } from "./browser.js";
import { connectClient } from "./kurento.js";
import { Peer } from "./peer.js";
import type { PeerOptions } from "./peer.js";
import { Server } from "./server.js";

const NO_INTERFACE = "none";

export const isTcp = (candidate: string): boolean => / tcp /i.test(candidate);

export interface IceCall {
  readonly pipeline: KurentoPipeline;
  readonly endpoint: KurentoElement;
  readonly peer: Peer;
}

/** A running server with a client and a browser. */
export class IceScene {
  readonly #server: Server;
  readonly client: KurentoConnection;
  readonly #browser: Browser;

  private constructor(server: Server, client: KurentoConnection, browser: Browser) {
    this.#server = server;
    this.client = client;
    this.#browser = browser;
  }

  static async start(): Promise<IceScene> {
    const server = await Server.start();
    const client = await connectClient(server.url);
    return new IceScene(server, client, await launchBrowser());
  }

  /**
   * A call in which the browser sees its own picture.
   * @param turnUrl the only way to the server, if it is given
   * @param browser another one than the scene's
   */
  async echo(options: PeerOptions, turnUrl = "", browser = this.#browser): Promise<IceCall> {
    const pipeline = await this.client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    if (turnUrl !== "") {
      await endpoint.setTurnUrl(turnUrl);
      await endpoint.setNetworkInterfaces(NO_INTERFACE);
    }
    await endpoint.connect(endpoint);
    const page = await openPage(browser, this.#server.pageUrl);
    const peer = await Peer.call(page, endpoint, { send: "halves", ...options });
    await peer.showsVideo();
    return { pipeline, endpoint, peer };
  }

  /** Gives the server's exit code. */
  async stop(): Promise<number | null> {
    await this.#browser.close();
    this.client.close();
    return this.#server.stop();
  }
}
