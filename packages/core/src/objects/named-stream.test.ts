import { beforeEach, describe, expect, it } from "vitest";

import type { AcceptedStream } from "../graph/media.js";
import { coreModule } from "../generated/index.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import { objectDot } from "./dot.js";
import { MediaElement } from "./media-element.js";
import { MediaPipeline } from "./media-pipeline.js";
import { PassThrough } from "./pass-through.js";

const vp8 = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };
const video = { kind: "rtp", format: vp8 } as const;
const takesVideo = { kind: "rtp", formats: [vp8] } as const;

/** An element with two videos: "camera", which is the first, and "screen", with a native object of its own. */
class TwoVideos extends MediaElement {
  override get spec(): ClassSpec {
    return new PassThrough(this.context).spec;
  }
  override async initialize(): Promise<void> {
    await this.createNative("TestClass");
  }
  accept(accepted: AcceptedStream): void {
    this.setAccepts("video", accepted, 1);
  }
  negotiate(): void {
    this.setCarrier("video", 1, `${this.id}/video-1`);
    for (const number of [0, 1]) {
      this.setAccepts("video", takesVideo, number);
      this.setOffers("video", video, number);
    }
    this.nameStreams([
      { medium: "video", number: 0, description: "camera" },
      { medium: "video", number: 1, description: "screen" },
    ]);
  }
}

let services: TestServices;
let pipeline: MediaPipeline;
let source: TwoVideos;
let sink: TwoVideos;

async function twoVideos(id: string): Promise<TwoVideos> {
  const element = new TwoVideos(services.context(id, pipeline));
  pipeline.addChild(element);
  await element.initialize();
  return element;
}

async function settled(): Promise<Record<string, string>> {
  await pipeline.planner.settled();
  return Object.fromEntries(services.host.links);
}

beforeEach(async () => {
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
  source = await twoVideos("a");
  sink = await twoVideos("b");
});

describe("named streams", () => {
  it("are joined by name, also before there are any", async () => {
    await source.connect(sink, "VIDEO", "screen", "screen");
    expect(await settled()).toEqual({});
    source.negotiate();
    sink.negotiate();
    expect(await settled()).toEqual({ "b/video-1 video": "a/video-1" });
    await source.disconnect(sink, "VIDEO", "screen", "screen");
    expect(await settled()).toEqual({});
  });

  it("leave the first one to connections without a name", async () => {
    source.negotiate();
    sink.negotiate();
    await source.connect(sink);
    expect(await settled()).toEqual({ "b video": "a" });
    await source.connect(sink, "VIDEO", "default", "screen");
    expect(await settled()).toEqual({ "b video": "a", "b/video-1 video": "a" });
  });

  it("take what was connected last where one is named twice", async () => {
    source.negotiate();
    sink.negotiate();
    await source.connect(sink, "VIDEO", "screen", "camera");
    await source.connect(sink, "VIDEO");
    expect(await settled()).toEqual({ "b video": "a" });
    await source.connect(sink, "VIDEO", "screen", "camera");
    expect(await settled()).toEqual({ "b video": "a/video-1" });
    await source.disconnect(sink, "VIDEO", "screen", "camera");
    expect(await settled()).toEqual({ "b video": "a" });
  });

  it("keep their names past a transparent element", async () => {
    source.negotiate();
    sink.negotiate();
    const between = new PassThrough(services.context("p", pipeline));
    pipeline.addChild(between);
    await source.connect(between, "VIDEO", "screen", "x");
    await between.connect(sink, "VIDEO", "x", "camera");
    expect(await settled()).toEqual({ "b video": "a/video-1" });
  });

  it("have no media in an element that does not know the name", async () => {
    source.negotiate();
    sink.negotiate();
    await source.connect(sink, "VIDEO", "other", "screen");
    await source.connect(sink, "VIDEO", "screen", "other");
    expect(await settled()).toEqual({});
    expect(sink.getSourceConnections("VIDEO", "other")).toHaveLength(1);
  });

  it("end with their element", async () => {
    source.negotiate();
    sink.negotiate();
    await source.connect(sink, "VIDEO", "screen", "screen");
    await sink.release();
    expect(await settled()).toEqual({});
    expect(source.getSinkConnections()).toEqual([]);
  });

  it("tell by their names what flows", () => {
    source.negotiate();
    const flow = { medium: "video", direction: "out", flowing: true };
    services.host.emit("a", "flow", { ...flow, number: 1 });
    const flows = services.events.filter(({ type }) => type === "MediaFlowOutStateChanged");
    expect(flows.map(({ data }) => data["padName"])).toEqual(["screen"]);
    const out = (name?: string): boolean => source.isMediaFlowingOut("VIDEO", name);
    expect([out(), out("camera"), out("screen"), out("other")]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    services.host.emit("a", "flow", flow);
    expect([out(), out("camera")]).toEqual([true, true]);
  });

  it("encode with the settings of their element", async () => {
    source.negotiate();
    sink.negotiate();
    await source.setVideoFormat({ codec: "H264", framerate: { numerator: 30, denominator: 1 } });
    const h264 = { ...vp8, codec: "H264" };
    sink.accept({ kind: "rtp", formats: [vp8, h264] });
    await source.connect(sink, "VIDEO", "screen", "screen");
    const encoder = [...services.host.objects].find(([, { params }]) => "bitrate" in params);
    expect(encoder?.[1].params["bitrate"]).toBe(source.getEncoderBitrate());
    services.host.takeCalls();
    await source.setEncoderBitrate(123_000);
    expect(services.host.takeCalls()).toEqual([`invoke ${encoder?.[0]} configure`]);
  });

  it("are drawn as part of their element", async () => {
    source.negotiate();
    sink.negotiate();
    await source.connect(sink, "VIDEO", "screen", "screen");
    const dot = await objectDot(services.host, pipeline);
    expect(dot).toMatch(/"a" -> "b" \[style=solid, label="video route"\]/);
    expect(dot).not.toContain("video-1");
  });
});
