import { beforeEach, describe, expect, it } from "vitest";

import { coreModule } from "../generated/index.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import { MediaPipeline } from "./media-pipeline.js";
import { MediaElement } from "./media-element.js";
import type { MediaObject } from "./media-object.js";
import { PassThrough } from "./pass-through.js";

const vp8 = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };
const opus = { codec: "OPUS", clockRate: 48000, channels: 2, parameters: {} };
const pcmu = { codec: "PCMU", clockRate: 8000, channels: 1, parameters: {} };

/** An element with a native object, as endpoints are. */
class NativeElement extends MediaElement {
  override get spec(): ClassSpec {
    return new PassThrough(this.context).spec;
  }
  override async initialize(): Promise<void> {
    await this.createNative("TestClass", { answer: 42 });
  }
  override providesSource(): boolean {
    return !this.id.endsWith("recorder");
  }
  accept(): void {
    this.setAccepts("video", { kind: "rtp", formats: [vp8] });
  }
  acceptAudio(): void {
    this.setAccepts("audio", { kind: "rtp", formats: [opus, pcmu] });
  }
  call(): Promise<unknown> {
    return this.callNative("work");
  }
}

let services: TestServices;
let pipeline: MediaPipeline;

function add<T extends MediaObject>(object: T, parent: MediaObject): T {
  parent.addChild(object);
  return object;
}
const passThrough = (id: string): PassThrough =>
  add(new PassThrough(services.context(id, pipeline)), pipeline);
const native = (id: string): NativeElement =>
  add(new NativeElement(services.context(id, pipeline)), pipeline);
const eventsOf = (type: string): unknown[] =>
  services.events.filter((event) => event.type === type).map(({ data }) => data);

beforeEach(() => {
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
});

describe("connections", () => {
  it("connects all media types by default, with an event on the source for each", async () => {
    const source = passThrough("a");
    const sink = passThrough("b");
    await source.connect(sink);
    expect(eventsOf("ElementConnected")).toEqual(
      ["AUDIO", "VIDEO", "DATA"].map((mediaType) => ({
        source: "a",
        timestampMillis: "1700000000000",
        tags: [],
        type: "ElementConnected",
        sink: "b",
        mediaType,
        sourceMediaDescription: "default",
        sinkMediaDescription: "default",
      })),
    );
    expect(sink.getSourceConnections().map(({ type }) => type)).toEqual(["AUDIO", "DATA", "VIDEO"]);
    expect(source.getSinkConnections("VIDEO")).toEqual([
      { source, sink, type: "VIDEO", sourceDescription: "default", sinkDescription: "default" },
    ]);
    expect(sink.getSourceConnections("VIDEO", "other")).toEqual([]);
    expect(source.getSourceConnections()).toEqual([]);
  });

  it("disconnects the former source first", async () => {
    const [first, second, sink] = [passThrough("a"), passThrough("b"), passThrough("c")] as const;
    await first.connect(sink, "AUDIO");
    await second.connect(sink, "AUDIO");
    expect(eventsOf("ElementDisconnected")).toMatchObject([
      { source: "a", sink: "c", mediaType: "AUDIO" },
    ]);
    expect(first.getSinkConnections()).toEqual([]);
    expect(sink.getSourceConnections().map(({ source }) => source.getId())).toEqual(["b"]);
  });

  it("may be made to itself, and with other descriptions", async () => {
    const element = passThrough("a");
    await element.connect(element, "VIDEO", "x", "y");
    expect(element.getSourceConnections("VIDEO", "y")).toHaveLength(1);
    expect(element.getSinkConnections("VIDEO", "x")).toHaveLength(1);
  });

  it("tells of a disconnection even where there was no connection", async () => {
    await passThrough("a").disconnect(passThrough("b"), "VIDEO");
    expect(eventsOf("ElementDisconnected")).toMatchObject([{ source: "a", sink: "b" }]);
  });

  it("refuses a sink of another pipeline", async () => {
    const other = new MediaPipeline(services.context("other"));
    const sink = new PassThrough(services.context("far", other));
    await expect(passThrough("a").connect(sink)).rejects.toMatchObject({
      code: 40004,
      message: "Media elements do not share pipeline",
    });
  });

  it("refuses a source that the element does not have", async () => {
    await expect(native("recorder").connect(passThrough("b"), "VIDEO")).rejects.toMatchObject({
      code: 40004,
      message: "Element: 'recorder'does note provide a connection for VIDEO-default",
    });
  });

  it("end with the release of either side", async () => {
    const [source, sink] = [passThrough("a"), passThrough("b")] as const;
    await source.connect(sink, "AUDIO");
    await sink.release();
    expect(source.getSinkConnections()).toEqual([]);
    expect(eventsOf("ElementDisconnected")).toMatchObject([{ source: "a", sink: "b" }]);
  });
});

describe("a native object", () => {
  it("is made on the pipeline's thread, called, linked and released", async () => {
    const [source, sink] = [native("a"), native("b")] as const;
    await Promise.all([source.initialize(), sink.initialize()]);
    expect(services.host.objects.get("a")).toEqual({
      className: "TestClass",
      params: { ioThread: 0, answer: 42 },
    });
    await source.connect(sink);
    sink.accept();
    services.host.emit("a", "sourceFormat", {
      medium: "video",
      kind: "rtp",
      format: { codec: "vp8", clockRate: 90000 },
    });
    await pipeline.planner.settled();
    expect(services.host.links.get("b video")).toBe("a");
    expect(await pipeline.getGstreamerDot()).toMatch(
      /^digraph pipeline \{[^]*"a" -> "b"[^]*video route/,
    );
    await source.release();
    expect(services.host.takeCalls().slice(-2)).toEqual(["link b video <- nothing", "release a"]);
    services.host.emit("a", "flow", { medium: "video", direction: "out", flowing: true });
    expect(eventsOf("MediaFlowOutStateChanged")).toEqual([]);
  });

  it("fails with native codes, and with 40108 when there is none", async () => {
    const element = native("a");
    await expect(element.call()).rejects.toMatchObject({ code: 40108 });
    services.host.failNext(
      "create TestClass a",
      Object.assign(new Error("no such class"), { code: 40100 }),
    );
    await expect(element.initialize()).rejects.toMatchObject({
      code: 40100,
      type: "MEDIA_OBJECT_TYPE_NOT_FOUND",
    });
    await element.initialize();
    services.host.failNext("invoke a work", new Error("odd"));
    await expect(element.call()).rejects.toMatchObject({ code: 40003, message: "odd" });
  });

  it("tells flow, which shows on transparent elements behind it", async () => {
    const source = native("a");
    const pass = passThrough("b");
    await source.initialize();
    await source.connect(pass);
    services.host.emit("a", "flow", { medium: "video", direction: "out", flowing: true });
    services.host.emit("a", "flow", { medium: "video", direction: "out", flowing: true });
    await pipeline.planner.settled();
    expect(eventsOf("MediaFlowOutStateChanged")).toMatchObject([
      { source: "a", state: "FLOWING", padName: "default", mediaType: "VIDEO" },
      { source: "b", state: "FLOWING" },
    ]);
    expect(eventsOf("MediaFlowInStateChanged")).toMatchObject([{ source: "b" }]);
    expect([
      source.isMediaFlowingOut("VIDEO"),
      source.isMediaFlowingIn("VIDEO"),
      pass.isMediaFlowingIn("VIDEO"),
    ]).toEqual([true, false, true]);
    expect(source.isMediaFlowingOut("VIDEO", "other")).toBe(false);
    expect(() => source.isMediaFlowingOut("DATA")).toThrow(
      "Media type DATA is not supported for MediaFlowingOut",
    );
  });

  it("tells errors", async () => {
    const element = native("a");
    await element.initialize();
    services.host.emit("a", "error", {
      type: "STREAM_ERROR_DECODE",
      code: 7,
      description: "bad data",
    });
    expect(eventsOf("Error")).toMatchObject([
      { source: "a", type: "STREAM_ERROR_DECODE", errorCode: 7, description: "bad data" },
    ]);
  });
});

describe("MediaTranscodingStateChanged", () => {
  it("goes out once for each state, and never back", () => {
    const element = passThrough("a");
    for (const transcoding of [false, false, true, false, true])
      element.onTranscoding("video", transcoding);
    expect(eventsOf("MediaTranscodingStateChanged")).toMatchObject([
      { state: "NOT_TRANSCODING" },
      { state: "TRANSCODING", binName: "default" },
    ]);
    expect([
      element.isMediaTranscoding("VIDEO"),
      element.isMediaTranscoding("VIDEO", "x"),
      element.isMediaTranscoding("AUDIO"),
    ]).toEqual([true, false, false]);
  });
});

describe("encoder bitrates", () => {
  it("clamp each other and ignore negative values", async () => {
    const element = passThrough("a");
    expect([
      element.getEncoderBitrate(),
      element.getMinEncoderBitrate(),
      element.getMaxEncoderBitrate(),
    ]).toEqual([300_000, 0, 2_147_483_647]);
    await element.setEncoderBitrate(-1);
    expect(element.getEncoderBitrate()).toBe(300_000);
    await element.setMinEncoderBitrate(400_000);
    expect(element.getEncoderBitrate()).toBe(400_000);
    await element.setMaxEncoderBitrate(500_000);
    await element.setEncoderBitrate(900_000);
    expect(element.getEncoderBitrate()).toBe(500_000);
    await element.setMinEncoderBitrate(0);
    await element.setMaxEncoderBitrate(0);
    expect([element.getEncoderBitrate(), element.getMaxEncoderBitrate()]).toEqual([0, 0]);
  });

  it("reach encoders that run", async () => {
    const [source, sink] = [native("a"), native("b")] as const;
    await Promise.all([source.initialize(), sink.initialize()]);
    await source.connect(sink, "VIDEO");
    sink.accept();
    services.host.emit("a", "sourceFormat", {
      medium: "video",
      kind: "rtp",
      format: { codec: "H264" },
    });
    await pipeline.planner.settled();
    const encoder = services.host.objects.get("pipeline/branch-3")?.params;
    expect(encoder).toMatchObject({ bitrate: 300_000, minBitrate: 0, maxBitrate: 2_147_483_647 });
    services.host.takeCalls();
    await source.setEncoderBitrate(700_000);
    await sink.setEncoderBitrate(800_000);
    await source.setMaxEncoderBitrate(0);
    const configured = "invoke pipeline/branch-3 configure";
    expect(services.host.takeCalls()).toEqual([configured, configured]);
  });
});

describe("setAudioFormat", () => {
  it("chooses the codec and the bitrate of encoders, also of those that run", async () => {
    const [source, sink] = [native("a"), native("b")] as const;
    await Promise.all([source.initialize(), sink.initialize()]);
    await source.connect(sink, "AUDIO");
    sink.acceptAudio();
    const format = { codec: "OPUS", clockRate: 48000, channels: 2 };
    services.host.emit("a", "sourceFormat", { medium: "audio", kind: "rtp", format });
    await source.setAudioFormat({ codec: "PCMU", bitrate: 0 });
    const branch = services.host.objects.get("pipeline/branch-3")?.params;
    expect(branch).toMatchObject({
      medium: "audio",
      target: { format: { codec: "PCMU" } },
      bitrate: 0,
    });
    services.host.takeCalls();
    await source.setAudioFormat({ codec: "PCMU", bitrate: 32_000 });
    expect(services.host.takeCalls()).toEqual(["invoke pipeline/branch-3 configure"]);
    sink.acceptAudio();
    await source.disconnect(sink, "AUDIO");
    await source.connect(sink, "AUDIO");
    expect(services.host.objects.get("pipeline/branch-7")?.params["bitrate"]).toBe(32_000);
  });
});

describe("MediaObject", () => {
  it("keeps tags by key, and puts them into events when told to", async () => {
    const element = passThrough("a");
    element.addTag("b", "2");
    element.addTag("a", "1");
    element.removeTag("missing");
    expect(element.getTags()).toEqual([
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ]);
    expect(() => element.getTag("missing")).toThrow("Tag key not found");
    element.setSendTagsInEvents(true);
    await element.connect(element, "AUDIO");
    const tag = { __module__: "kurento", __type__: "Tag", key: "a", value: "1" };
    expect(eventsOf("ElementConnected")).toMatchObject([{ tags: [tag, { key: "b" }] }]);
  });

  it("knows its place", () => {
    const element = passThrough("b");
    passThrough("a");
    expect(pipeline.getChildren().map(({ id }) => id)).toEqual(["a", "b"]);
    expect([
      element.getParent(),
      element.getMediaPipeline(),
      pipeline.getParent(),
      pipeline.getMediaPipeline(),
    ]).toEqual([pipeline, pipeline, null, pipeline]);
    expect([element.getName(), element.getCreationTime()]).toEqual(["b", 1_700_000_000]);
    element.setName("other");
    expect(element.getName()).toBe("other");
    element.setName("");
    expect(element.getName()).toBe("b");
  });

  it("reports statistics of elements only with latencyStats", async () => {
    const element = passThrough("a");
    expect(await element.getStats()).toEqual({});
    pipeline.setLatencyStats(true);
    expect(await element.getStats()).toMatchObject({
      a: { __type__: "ElementStats", id: "a", type: "element" },
    });
  });
});
