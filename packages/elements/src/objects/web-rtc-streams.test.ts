// Several m-lines of a kind in one WebRtcEndpoint: streams of their own, known by mid.
import { MediaPipeline, coreModule } from "@kms/core";
import type { NativeMap } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import { chromiumOffer, chromiumVideo } from "../sdp/sdp.fixtures.js";
import { IDLE_STREAM } from "./stats.fixtures.js";
import { WebRtcEndpoint } from "./web-rtc-endpoint.js";

const LOCAL = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: 11, video: 22 },
  rtxSsrc: { audio: 12, video: 23 },
};
const TWO_VIDEOS = { kurento: { SdpEndpoint: { numVideoMedias: 2 } } };
const vp8 = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };

let services: TestServices;
let pipeline: MediaPipeline;
let remotes: NativeMap[];

async function create(id: string): Promise<WebRtcEndpoint> {
  const made = new WebRtcEndpoint(services.context(id, pipeline), {} as WebRtcEndpointParams);
  pipeline.addChild(made);
  await made.initialize();
  services.host.takeCalls();
  return made;
}

function oneVideo(version = 1): string {
  return chromiumOffer({ origin: `4 ${version}` });
}

function twoVideos(version = 1): string {
  return chromiumOffer({
    extraMedia: chromiumVideo("2"),
    extraMids: " 2",
    origin: `4 ${version}`,
  });
}

async function links(): Promise<Record<string, string>> {
  await pipeline.planner.settled();
  return Object.fromEntries(services.host.links);
}

beforeEach(() => {
  services = testServices([coreModule, elementsModule], TWO_VIDEOS);
  services.host.answer("localParameters", () => LOCAL);
  services.host.answer("streamParameters", () => ({ number: 1, ssrc: 32, rtxSsrc: 33 }));
  remotes = [];
  services.host.answer("setRemote", (args) => {
    remotes.push(args);
    return null;
  });
  pipeline = new MediaPipeline(services.context("pipeline"));
});

describe("WebRtcEndpoint with several m-lines of a kind", () => {
  it("makes a stream for each that an offer has, and tells native code", async () => {
    const endpoint = await create("a");
    const answer = await endpoint.processOffer(twoVideos());
    expect(services.host.objects.get("a/video-1")).toEqual({
      className: "WebRtcStream",
      params: { ioThread: 0, endpoint: "a", medium: "video" },
    });
    expect(answer).toContain("a=ssrc:32 cname:cname");
    expect(remotes[0]?.["streams"]).toMatchObject([
      { medium: "audio", number: 0, mid: "0" },
      { medium: "video", number: 0, mid: "1" },
      { medium: "video", number: 1, mid: "2" },
    ]);
    await endpoint.release();
    expect(services.host.takeCalls().slice(-2)).toEqual(["release a/video-1", "release a"]);
  });

  it("makes none before they are needed, and none twice", async () => {
    const endpoint = await create("a");
    await endpoint.processOffer(oneVideo());
    expect(services.host.objects.has("a/video-1")).toBe(false);
    await endpoint.processOffer(twoVideos(2));
    await endpoint.processOffer(twoVideos(3));
    const made = services.host.takeCalls().filter((call) => call.startsWith("create"));
    expect(made).toEqual(["create WebRtcStream a/video-1"]);
  });

  it("offers as many as are configured", async () => {
    const endpoint = await create("a");
    const offer = await endpoint.generateOffer();
    expect(offer.match(/a=mid:.*/g)).toEqual(["a=mid:audio0", "a=mid:video0", "a=mid:video1"]);
    expect(offer).toContain("a=ssrc-group:FID 32 33");
  });

  it("gives the second video of one to the second m-line of another, by their mids", async () => {
    const source = await create("a");
    const sink = await create("b");
    await source.connect(sink);
    await source.connect(sink, "VIDEO", "2", "video1");
    await source.processOffer(twoVideos());
    services.host.emit("a", "sourceFormat", {
      medium: "video",
      number: 1,
      kind: "rtp",
      format: vp8,
    });
    const other = await create("c");
    await sink.processAnswer(await other.processOffer(await sink.generateOffer()));
    expect(await links()).toEqual({ "b/video-1 video": "a/video-1" });
    services.host.emit("a", "sourceFormat", { medium: "video", kind: "rtp", format: vp8 });
    expect(await links()).toEqual({ "b/video-1 video": "a/video-1", "b video": "a" });
    await source.connect(sink, "VIDEO", "1", "video1");
    expect(await links()).toEqual({ "b/video-1 video": "a", "b video": "a" });
  });

  it("sends nothing in an m-line that is gone", async () => {
    const source = await create("a");
    const sink = await create("b");
    await source.processOffer(twoVideos());
    await sink.processOffer(twoVideos());
    services.host.emit("a", "sourceFormat", { medium: "video", kind: "rtp", format: vp8 });
    await source.connect(sink, "VIDEO", "default", "2");
    expect(await links()).toEqual({ "b/video-1 video": "a" });
    await sink.processOffer(oneVideo(2));
    expect(await links()).toEqual({});
    await sink.processOffer(twoVideos(3));
    expect(await links()).toEqual({ "b/video-1 video": "a" });
  });

  it("has packets made as large as its mtu says, within what a frame of Ethernet takes", async () => {
    const endpoint = await create("a");
    await endpoint.processOffer(twoVideos());
    const mtu = (): unknown => endpoint.accepts("video")?.mtu;
    expect(mtu()).toBe(1200);
    for (const [set, used] of [
      [900, 900],
      [1, 200],
      [9000, 1400],
    ] as const) {
      endpoint.setMtu(set);
      expect([endpoint.getMtu(), mtu(), endpoint.streamNode("2").accepts("video")?.mtu]).toEqual([
        set,
        used,
        used,
      ]);
    }
  });

  it("tells the mid of each in statistics", async () => {
    const endpoint = await create("a");
    const stream = { ...IDLE_STREAM, medium: "video", direction: "inbound", ssrc: 7 };
    services.host.answer("stats", () => ({ streams: [{ ...stream, mid: "2" }] }));
    const [entry] = Object.values(await endpoint.getStats("VIDEO"));
    expect(entry).toMatchObject({ ssrc: "7", mediaTrackId: "2" });
  });
});
