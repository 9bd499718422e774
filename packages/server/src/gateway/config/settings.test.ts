import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { WebSocketConfig } from "./config-types.js";
import { readSettings } from "./settings.js";
import type { Settings } from "./settings.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-settings-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const withWebSocket = (websocket: WebSocketConfig): Settings =>
  readSettings({ configPath: folder, mediaServer: { net: { websocket } } });

describe("settings", () => {
  it("have defaults", () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      websocket: {
        port: 8888,
        address: undefined,
        path: "kurento",
        ipv6: true,
        backlog: 128,
        secure: undefined,
        token: undefined,
      },
      registrar: undefined,
      resources: {
        exceptionLimit: 0.8,
        killLimit: undefined,
        garbageCollectorPeriodMs: 240_000,
        disableRequestCache: false,
      },
      workers: { minPort: 40_000, maxPort: 49_999, networkInterfaces: [] },
      metadata: "",
      modules: {},
    });
    expect(settings.workers.count).toBeGreaterThanOrEqual(1);
  });

  it("are what is configured", () => {
    const settings = readSettings(
      {
        configPath: "/etc/x",
        mediaServer: {
          net: {
            websocket: {
              port: 9000,
              address: "::1",
              path: "/media",
              secure: { port: 9001, certificate: "c.pem", password: "p" },
              registrar: { address: "wss://r:1/x", localAddress: "me" },
            },
          },
          resources: { killLimit: 0.9, garbageCollectorPeriod: 5 },
          workers: { count: 7, ioThreads: 3 },
        },
        metadata: { a: 1 },
        modules: {
          kurento: {
            BaseRtpEndpoint: { minPort: 50_000, maxPort: 50_100 },
            WebRtcEndpoint: { networkInterfaces: "lo, eth0" },
          },
        },
      },
      { workers: 2 },
    );
    expect(settings).toMatchObject({
      websocket: {
        port: 9000,
        address: "::1",
        path: "media",
        secure: { port: 9001, certificate: "/etc/x/c.pem", password: "p" },
      },
      registrar: { address: "wss://r:1/x", localAddress: "me" },
      resources: { killLimit: 0.9, garbageCollectorPeriodMs: 5000 },
      workers: {
        count: 2,
        ioThreads: 3,
        minPort: 50_000,
        maxPort: 50_100,
        networkInterfaces: ["lo", "eth0"],
      },
      metadata: '{"a":1}',
    });
    expect(settings.modules).toHaveProperty("kurento.WebRtcEndpoint.networkInterfaces", "lo, eth0");
  });

  it("take port 0 and empty texts for absent", () => {
    const secure = { port: 8433, certificate: "/c.pem" };
    expect(withWebSocket({ port: 0, address: "", path: "", secure }).websocket).toMatchObject({
      port: undefined,
      address: undefined,
      path: "kurento",
      secure: { port: 8433, certificate: "/c.pem", password: "" },
    });
    expect(withWebSocket({ port: 1, secure: { port: 0 } }).websocket.secure).toBeUndefined();
  });

  it("read the token from its file", async () => {
    await writeFile(join(folder, "token"), "from-file\n");
    expect(withWebSocket({ port: 1, tokenFile: "token" }).websocket.token).toBe("from-file");
    expect(withWebSocket({ port: 1, token: "a.b-c==" }).websocket.token).toBe("a.b-c==");
  });

  it.each<[WebSocketConfig, string]>([
    [{}, "'mediaServer.net.websocket.port' or 'mediaServer.net.websocket.secure.port' must be set"],
    [{ port: 0 }, "must be set"],
    [{ secure: { port: 8433 } }, "'mediaServer.net.websocket.secure.certificate' must be set"],
    [{ port: 1, address: "localhost" }, "should be an IP address, but is 'localhost'"],
    [{ port: 1, token: "" }, "'mediaServer.net.websocket.token' should hold a token"],
    [{ port: 1, token: "two words" }, "should hold a token of letters, digits"],
    [{ port: 1, token: "a", tokenFile: "b" }, "only one of"],
    [{ port: 1, tokenFile: "missing" }, "ENOENT"],
    [{ port: 1, registrar: { address: "http://x" } }, "should be a ws:// or wss:// address"],
    [{ port: 1, registrar: { address: "nonsense" } }, "registrar.address"],
  ])("refuse %j", (websocket, message) => {
    expect(() => withWebSocket(websocket)).toThrow(message);
  });

  it("refuse what no transport can be made of", () => {
    const others = [{}, { http: {} }, { websocket: { port: 1 }, http: {} }];
    for (const net of others)
      expect(() => readSettings({ mediaServer: { net } })).toThrow(
        "'mediaServer.net' should hold 'websocket' and nothing else",
      );
    const BaseRtpEndpoint = { minPort: 500, maxPort: 400 };
    expect(() => readSettings({ modules: { kurento: { BaseRtpEndpoint } } })).toThrow(
      "'modules.kurento.BaseRtpEndpoint.minPort' 500 is above maxPort 400",
    );
  });
});
