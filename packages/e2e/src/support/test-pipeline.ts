// A server and a client for the tests of a file, and a pipeline for each of them.
import type { KurentoConnection, KurentoPipeline } from "kurento-client";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { connectClient } from "./kurento.js";
import { Server, type ServerOptions } from "./server.js";

/** To be made once, outside of tests and before hooks that use it; the server must end with 0. */
export class TestPipeline {
  #server: Server | undefined;
  #client: (KurentoConnection & AsyncDisposable) | undefined;
  #pipeline: KurentoPipeline | undefined;

  constructor(options: ServerOptions = {}) {
    beforeAll(async () => {
      this.#server = await Server.start(options);
      this.#client = await connectClient(this.#server.url);
    });
    afterAll(async () => {
      await this.#client?.[Symbol.asyncDispose]();
      expect(await this.#server?.stop()).toBe(0);
    });
    beforeEach(async () => {
      this.#pipeline = await this.#client?.create("MediaPipeline");
    });
    afterEach(async () => {
      await this.#pipeline?.release();
    });
  }

  get server(): Server {
    return started(this.#server);
  }

  /** Of the test that runs. */
  get pipeline(): KurentoPipeline {
    return started(this.#pipeline);
  }
}

/** What a hook has made. @throws Error before it has */
export function started<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("used outside of a test");
  return thing;
}
