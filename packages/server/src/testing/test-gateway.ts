import process from "node:process";
import { fileURLToPath } from "node:url";

import { silentLogger } from "@kms/core";
import type { HostOptions, Logger, ObjectClock } from "@kms/core";
import { FakeNativeHost } from "@kms/core/testing";

import type { MediaServerConfig } from "../gateway/config/config-types.js";
import { readSettings } from "../gateway/config/settings.js";
import type { Settings } from "../gateway/config/settings.js";
import { Gateway } from "../gateway/gateway.js";
import { locateModule } from "../gateway/modules/module-locator.js";
import { StaticFiles } from "../gateway/transport/static-files.js";
import { InProcessLauncher } from "../gateway/workers/in-process-launcher.js";
import type { WorkerLauncher } from "../gateway/workers/launcher.js";
import { ProcessLauncher } from "../gateway/workers/process-launcher.js";
import { processClock } from "../process-clock.js";
import { importModule } from "../worker/import-module.js";
import { TestClient } from "./test-client.js";

/** What a test wants to be different. */
export interface TestGatewayOptions {
  /** Members of `mediaServer` in the configuration. */
  readonly mediaServer?: MediaServerConfig;
  readonly workers?: number;
  readonly clock?: ObjectClock;
  readonly log?: Logger;
  /** What ends the server; does nothing by default. */
  readonly terminate?: () => void;
  /** Workers as processes of their own. */
  readonly processes?: boolean;
}

/** A gateway with the core module, workers without media, and a port of its own. */
export class TestGateway implements AsyncDisposable {
  readonly gateway: Gateway;
  /** The native hosts of the workers inside this process, in the order in which they were opened. */
  readonly hosts: FakeNativeHost[];
  readonly #clients: TestClient[] = [];

  private constructor(gateway: Gateway, hosts: FakeNativeHost[]) {
    this.gateway = gateway;
    this.hosts = hosts;
  }

  static async start(options: TestGatewayOptions = {}): Promise<TestGateway> {
    const hosts: FakeNativeHost[] = [];
    const { clock = processClock, log = silentLogger, workers = 1 } = options;
    const openHost = ({ onEvent }: HostOptions): FakeNativeHost => {
      const host = new FakeNativeHost(onEvent);
      hosts.push(host);
      return host;
    };
    const launcher: WorkerLauncher =
      options.processes === true
        ? new ProcessLauncher(
            fileURLToPath(new URL("../../dist/testing/fake-worker.js", import.meta.url)),
            { stderr: process.stderr.fd, env: {}, attach: (output) => void output.resume() },
          )
        : new InProcessLauncher(async () => ({ openHost, importModule, clock: processClock, log }));
    const settings = testSettings(options.mediaServer, workers);
    const files = new StaticFiles({
      folder: fileURLToPath(new URL("fixtures/page", import.meta.url)),
      files: new Map(),
    });
    const gateway = new Gateway({
      version: "7.3.0",
      settings,
      modules: [locateModule("@kms/core")],
      launcher,
      files,
      clock,
      log,
      terminate: options.terminate ?? ((): void => undefined),
    });
    await gateway.start();
    return new TestGateway(gateway, hosts);
  }

  /** `127.0.0.1:<port>`. */
  get authority(): string {
    return `127.0.0.1:${this.gateway.port}`;
  }

  /** A new connection. */
  async connect(): Promise<TestClient> {
    const client = await TestClient.open(`ws://${this.authority}/kurento`);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.terminate();
    await this.gateway.close();
  }
}

/** Any free port of this machine unless one is given, and what else the test wants to be different. */
function testSettings(mediaServer: MediaServerConfig | undefined, workers: number): Settings {
  const { net, ...others } = mediaServer ?? {};
  const given = net?.websocket?.port ?? 0;
  const websocket = { address: "127.0.0.1", ...net?.websocket, port: Math.max(given, 1) };
  const settings = readSettings(
    { mediaServer: { workers: { ioThreads: 1 }, ...others, net: { websocket } } },
    { workers },
  );
  return { ...settings, websocket: { ...settings.websocket, port: given } };
}
