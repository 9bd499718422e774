// Media that has to be converted: once, whoever asks for it.
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Disposer } from "./support/disposer.js";
import { connectClient, nextEvent, subscribed } from "./support/kurento.js";
import { PlainViewer } from "./support/plain-viewer.js";
import {
  destinationOf,
  freePortPair,
  gstreamer,
  liveColour,
  offerOf,
  sendTo,
} from "./support/rtp-peers.js";
import { Server } from "./support/server.js";

const RED_ARGB = 0xffff0000;
const VP8 = "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay pt=96 mtu=1200";

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** An RtpEndpoint that gets VP8 as long as what this gives is not disposed of. */
async function source(
  pipeline: KurentoPipeline,
): Promise<{ endpoint: KurentoElement; sender: AsyncDisposable }> {
  const endpoint = await pipeline.create("RtpEndpoint");
  const port = await freePortPair();
  const line = { kind: "video", port, payloadType: 96, codec: "VP8/90000" } as const;
  const answer = await endpoint.processOffer(offerOf([{ ...line, attributes: ["sendonly"] }]));
  const destination = sendTo(destinationOf(answer, "video"));
  return { endpoint, sender: gstreamer(`${liveColour(RED_ARGB)} ! ${VP8} ! ${destination}`) };
}

/** How many elements of each kind the graph has. */
async function elements(pipeline: KurentoPipeline): Promise<Record<string, number>> {
  const graph = await pipeline.getGstreamerDot();
  const count = (type: string): number =>
    graph.match(new RegExp(`label="${type}\\\\n`, "g"))?.length ?? 0;
  return {
    jitterBuffers: count("GstRtpJitterBuffer"),
    decoders: count("GstVP8Dec"),
    encoders: count("GstX264Enc"),
  };
}

describe("one VP8 source and H264 viewers", () => {
  it("is decoded and encoded once, for 1, 5 and 20 viewers, and not at all after the last", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const { endpoint, sender } = await source(pipeline);
    await using stack = new Disposer();
    stack.use(sender);
    const transcoding = nextEvent(endpoint, "MediaTranscodingStateChanged");
    await subscribed(endpoint);
    const viewers: PlainViewer[] = [];
    for (const count of [1, 5, 20]) {
      while (viewers.length < count) {
        const viewer = stack.use(await PlainViewer.open(pipeline, "H264"));
        viewers.push(viewer);
        await endpoint.connect(viewer.endpoint, "VIDEO");
      }
      await Promise.all(viewers.map((viewer) => viewer.packets(10)));
      expect(await elements(pipeline)).toEqual({ jitterBuffers: 1, decoders: 1, encoders: 1 });
    }
    expect(await transcoding).toMatchObject({ state: "TRANSCODING", mediaType: "VIDEO" });
    expect(await endpoint.isMediaTranscoding("VIDEO")).toBe(true);

    const [first, ...others] = viewers;
    for (const viewer of others) await endpoint.disconnect(viewer.endpoint);
    await first?.packets(10);
    expect(await elements(pipeline)).toEqual({ jitterBuffers: 1, decoders: 1, encoders: 1 });
    if (first !== undefined) await endpoint.disconnect(first.endpoint);
    expect(await elements(pipeline)).toEqual({ jitterBuffers: 0, decoders: 0, encoders: 0 });
    await pipeline.release();
  }, 60_000);

  it("is decoded once for a filter and for viewers of another codec", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const { endpoint, sender } = await source(pipeline);
    await using stack = new Disposer();
    stack.use(sender);
    const filter = await pipeline.create("GStreamerFilter", { command: "videobalance" });
    const direct = stack.use(await PlainViewer.open(pipeline, "H264"));
    const filtered = stack.use(await PlainViewer.open(pipeline, "H264"));
    await endpoint.connect(direct.endpoint, "VIDEO");
    await endpoint.connect(filter, "VIDEO");
    await filter.connect(filtered.endpoint, "VIDEO");
    await Promise.all([direct.packets(10), filtered.packets(10)]);
    expect(await elements(pipeline)).toEqual({ jitterBuffers: 1, decoders: 1, encoders: 2 });
    await pipeline.release();
  }, 30_000);

  it("gets the frame rate and the bitrate that were asked for, also while it runs", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const { endpoint, sender } = await source(pipeline);
    await using stack = new Disposer();
    stack.use(sender);
    const viewer = stack.use(await PlainViewer.open(pipeline, "H264"));
    await endpoint.connect(viewer.endpoint, "VIDEO");
    await viewer.packets(5);
    await endpoint.setVideoFormat({ codec: "H264", framerate: { numerator: 5, denominator: 1 } });
    await viewer.packets(5);
    const graph = await pipeline.getGstreamerDot();
    expect(graph).toMatch(/framerate=\(fraction\)5\/1/);
    await endpoint.setMaxEncoderBitrate(100_000);
    await viewer.packets(5);
    expect(await elements(pipeline)).toMatchObject({ encoders: 1 });
    await pipeline.release();
  }, 30_000);
});
