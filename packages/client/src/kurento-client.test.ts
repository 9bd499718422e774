import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { WebSocket } from "ws";
import { KurentoClient, MediaPipeline, ServerManager, WebRtcEndpoint } from "./index.js";
import type * as Api from "./index.js";
import type { IceCandidate, IceCandidateFoundEvent, ServerInfo } from "./index.js";
import type { WebSocketClass } from "./runtime/index.js";
import { FakeServer } from "./runtime/testing/fake-server.js";

let server: FakeServer;

beforeEach(async () => {
  server = await FakeServer.start();
});

afterEach(async () => {
  await server.stop();
});

const candidate = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };
const tagged = { __module__: "kurento", __type__: "IceCandidate", ...candidate };

/** The first call of a WebRTC application, as far as the media server is concerned. */
async function negotiate(
  api: Pick<typeof Api, "KurentoClient" | "MediaPipeline" | "WebRtcEndpoint">,
): Promise<unknown[]> {
  server.operations.set("processOffer", ({ offer }) => `answer to ${String(offer)}`);
  server.operations.set("gatherCandidates", (_params, object) => {
    server.raise(object, "IceCandidateFound", { candidate: tagged });
    return null;
  });
  const client = await api.KurentoClient.connect(server.url, {
    WebSocket: WebSocket as unknown as WebSocketClass,
  });
  const pipeline = await client.create(api.MediaPipeline);
  const endpoint = await client.create(api.WebRtcEndpoint, { mediaPipeline: pipeline });
  const events = endpoint.events("IceCandidateFound");
  const answer = await endpoint.processOffer("offer");
  await endpoint.gatherCandidates();
  const found = await events.next();
  await client.close();
  return [answer, found.value?.candidate, found.value?.source === endpoint];
}

describe("KurentoClient", () => {
  it("negotiates a WebRTC endpoint", async () => {
    const api = { KurentoClient, MediaPipeline, WebRtcEndpoint };
    expect(await negotiate(api)).toEqual(["answer to offer", candidate, true]);
  });

  it("has the server manager", async () => {
    server.operations.set("getInfo", () => ({
      __module__: "kurento",
      __type__: "ServerInfo",
      capabilities: ["transactions"],
      modules: [
        {
          __module__: "kurento",
          __type__: "ModuleInfo",
          factories: ["HubPort"],
          generationTime: "now",
          name: "core",
          version: "7.3.0",
        },
      ],
      type: "KMS",
      version: "7.3.0",
    }));
    const client = await KurentoClient.connect(server.url);
    expect(client.serverManager).toBeInstanceOf(ServerManager);
    expect(await client.serverManager.getInfo()).toEqual({
      capabilities: ["transactions"],
      modules: [{ factories: ["HubPort"], generationTime: "now", name: "core", version: "7.3.0" }],
      type: "KMS",
      version: "7.3.0",
    });
    expect(server.callsOf("invoke")[0]?.["object"]).toBe("manager_ServerManager");
    await client.close();
  });

  it("rejects where nobody listens", async () => {
    await expect(KurentoClient.connect("ws://127.0.0.1:1/kurento")).rejects.toThrow(
      "Cannot connect to ws://127.0.0.1:1/kurento",
    );
  });

  it("types classes, parameters, results and events", () => {
    type Listener = Parameters<typeof WebRtcEndpoint.prototype.on<"IceCandidateFound">>[1];
    expectTypeOf<Parameters<Listener>[0]>().toEqualTypeOf<IceCandidateFoundEvent>();
    expectTypeOf<IceCandidateFoundEvent["candidate"]>().toEqualTypeOf<IceCandidate>();
    expectTypeOf<ReturnType<ServerManager["getInfo"]>>().toEqualTypeOf<Promise<ServerInfo>>();
    const use = (client: KurentoClient, pipeline: MediaPipeline): unknown[] => [
      client.create(WebRtcEndpoint, { mediaPipeline: pipeline, recvonly: true }),
      // @ts-expect-error the pipeline is missing
      client.create(WebRtcEndpoint, {}),
      // @ts-expect-error the parameters are missing
      client.create(WebRtcEndpoint),
      // @ts-expect-error clients cannot create it
      client.create(ServerManager, {}),
      // @ts-expect-error no such event
      pipeline.on("IceCandidateFound", () => undefined),
    ];
    expect(use).toBeInstanceOf(Function);
  });
});

describe("the browser bundle", () => {
  const bundle = new URL("../dist/browser/kurento-client.js", import.meta.url);

  it("is one file that needs nothing else", () => {
    const text = readFileSync(bundle, "utf8");
    expect(text).not.toMatch(/^import |\bimport\(["'](?!data:)|\brequire\(|["']node:/m);
  });

  it("negotiates as well", async () => {
    const api = (await import(bundle.href)) as typeof Api;
    expect(await negotiate(api)).toEqual(["answer to offer", candidate, true]);
  });
});
