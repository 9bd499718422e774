// A data channel of a page, driven from the test.
import type { Page } from "playwright-core";
import * as inPage from "./data-page.js";
import type { Digest } from "./data-page.js";

export type { ChannelWish, Digest } from "./data-page.js";

const PATIENCE_MS = 60_000;

/** One channel, named by its label. */
export class PageChannel {
  readonly #page: Page;
  readonly #label: string;

  constructor(page: Page, label: string) {
    this.#page = page;
    this.#label = label;
  }

  /** Resolves when the channel is there and open. */
  async opened(): Promise<this> {
    await this.#page.waitForFunction(inPage.isInState, { label: this.#label, state: "open" });
    return this;
  }

  async closed(): Promise<void> {
    await this.#page.waitForFunction(inPage.isInState, { label: this.#label, state: "closed" });
  }

  async describe(): Promise<ReturnType<typeof inPage.describeChannel>> {
    return this.#page.evaluate(inPage.describeChannel, this.#label);
  }

  /** Sends `count` messages of text, bytes and nothing, up to `largest` bytes or characters; gives what they were. */
  async sendMixed(count: number, largest: number): Promise<Digest[]> {
    return this.#page.evaluate(inPage.sendMixed, { label: this.#label, count, largest });
  }

  /** Resolves with the next `count` messages. */
  async received(count: number): Promise<Digest[]> {
    const wanted = { label: this.#label, count };
    await this.#page.waitForFunction(inPage.hasReceived, wanted, { timeout: PATIENCE_MS });
    return this.#page.evaluate(inPage.takeReceived, this.#label);
  }

  async close(): Promise<void> {
    await this.#page.evaluate(inPage.closeChannel, this.#label);
  }
}
