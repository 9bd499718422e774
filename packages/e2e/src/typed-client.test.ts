// The typed client, as applications use it, against the real server.
import {
  KurentoClient,
  MediaPipeline,
  PassThrough,
  PlayerEndpoint,
  WebRtcEndpoint,
} from "@kms/client";
import type { Transaction } from "@kms/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server } from "./support/server.js";
import { TcpProxy } from "./support/tcp-proxy.js";

interface Negotiation {
  readonly pipeline: MediaPipeline;
  readonly endpoint: WebRtcEndpoint;
  readonly offer: string;
  readonly candidates: ReturnType<typeof WebRtcEndpoint.prototype.events<"IceCandidateFound">>;
}

let server: Server;
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe("the typed client", () => {
  it("makes, connects, hears and releases", async () => {
    await using client = await KurentoClient.connect(server.url);
    await using pipeline = await client.create(MediaPipeline);
    const source = await client.create(PassThrough, { mediaPipeline: pipeline });
    const sink = await client.create(PassThrough, { mediaPipeline: pipeline });
    const events = source.events("ElementConnected");
    await source.connect(sink);
    const { value } = await events.next();
    expect(value?.source).toBe(source);
    expect(value?.sink).toBe(sink);
    expect(await pipeline.getChildren()).toEqual([source, sink]);
    expect(await client.serverManager.getPipelines()).toContain(pipeline);
  });

  it("negotiates in a transaction, candidates included", async () => {
    await using client = await KurentoClient.connect(server.url);
    const { pipeline, endpoint, offer, candidates } = await client.transaction(negotiate);
    expect(offer).toMatch(/^v=0\r\n/);
    const { value } = await candidates.next();
    expect(value?.candidate.candidate).toMatch(/^candidate:/);
    expect(value?.source).toBe(endpoint);
    await pipeline.release();
    await expect(endpoint.getName()).rejects.toMatchObject({ code: 40101 });
  });

  it("hears of the first failure of a transaction; what was done before stays", async () => {
    await using client = await KurentoClient.connect(server.url);
    const pipeline = await client.create(MediaPipeline);
    const stranger = await client.create(MediaPipeline);
    let player: PlayerEndpoint | undefined;
    const failed = client.transaction((tx) => {
      player = tx.create(PlayerEndpoint, { mediaPipeline: pipeline, uri: "file:///nothing.webm" });
      void player.connect(tx.create(PassThrough, { mediaPipeline: stranger }));
      void tx.with(pipeline).setName("never");
    });
    await expect(failed).rejects.toMatchObject({ code: 40004, type: "CONNECT_ERROR" });
    expect(await player?.getUri()).toBe("file:///nothing.webm");
    expect(await pipeline.getName()).toBe(pipeline.id);
  });

  it("goes on after a dropped socket", async () => {
    await using proxy = await TcpProxy.open(server.port);
    let isBack = (_isSameSession: boolean): void => undefined;
    const back = new Promise<boolean>((resolve) => (isBack = resolve));
    const options = { reconnectDelaysMs: [10], onReconnected: (same: boolean) => isBack(same) };
    await using client = await KurentoClient.connect(proxy.url, options);
    const pipeline = await client.create(MediaPipeline);
    proxy.cut();
    expect(await back).toBe(true);
    expect(await pipeline.getName()).toBe(pipeline.id);
  });
});

/** Gathering starts within the transaction: its events may come before its response. */
async function negotiate(tx: Transaction): Promise<Negotiation> {
  const pipeline = tx.create(MediaPipeline);
  const endpoint = tx.create(WebRtcEndpoint, { mediaPipeline: pipeline });
  const candidates = endpoint.events("IceCandidateFound");
  const offer = endpoint.generateOffer();
  void endpoint.gatherCandidates();
  return { pipeline, endpoint, candidates, offer: await offer };
}
