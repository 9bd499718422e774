import { describe, expect, it } from "vitest";

import { FakeNativeHost } from "../testing/fake-native-host.js";
import type {
  AcceptedStream,
  Format,
  MediaNode,
  MediaOrigin,
  Medium,
  OfferedStream,
} from "./media.js";
import { Planner } from "./planner.js";

const vp8: Format = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };
const vp9: Format = { codec: "VP9", clockRate: 90000, channels: 0, parameters: {} };
const h264: Format = {
  codec: "H264",
  clockRate: 90000,
  channels: 0,
  parameters: { "packetization-mode": "1" },
};
const raw: Format = { codec: "RAW", clockRate: 0, channels: 0, parameters: {} };

class TestNode implements MediaNode {
  readonly id: string;
  readonly owner = this;
  nativeId: string | undefined;
  transparent = false;
  comesFrom: MediaOrigin | undefined;
  offered: OfferedStream | undefined;
  accepted: AcceptedStream | undefined;
  codec: string | undefined;
  flowing = false;
  readonly told: string[] = [];

  constructor(
    id: string,
    state: Partial<Pick<TestNode, "transparent" | "offered" | "accepted" | "codec">> = {},
  ) {
    this.id = id;
    this.nativeId = state.transparent === true ? undefined : id;
    Object.assign(this, state);
  }

  nativeIdOf(): string | undefined {
    return this.nativeId;
  }
  through(): boolean {
    return this.transparent;
  }
  origin(): MediaOrigin | undefined {
    return this.comesFrom ?? { node: this, point: this.transparent ? "sink" : "source" };
  }
  sourceFormat(): OfferedStream | undefined {
    return this.offered;
  }
  accepts(): AcceptedStream | undefined {
    return this.accepted;
  }
  outputCodec(): string | undefined {
    return this.codec;
  }
  isOwnSourceFlowing(): boolean {
    return this.flowing;
  }
  onThroughFlow(medium: Medium, flowing: boolean): void {
    this.told.push(`${medium} through ${flowing}`);
  }
  onTranscoding(medium: Medium, transcoding: boolean): void {
    this.told.push(`${medium} ${transcoding ? "transcoding" : "as it is"}`);
  }
  onLinkError(medium: Medium, error: unknown): void {
    this.told.push(`${medium} ${String(error)}`);
  }
}

const rtp = (format: Format): OfferedStream => ({ kind: "rtp", format });
const takes = (...formats: Format[]): AcceptedStream => ({ kind: "rtp", formats });

function setUp(): {
  host: FakeNativeHost;
  planner: Planner;
  video: (sink: MediaNode, source: MediaNode) => Promise<string[]>;
} {
  const host = new FakeNativeHost();
  let branches = 0;
  const settings = {
    ioThread: 3,
    newId: () => `branch-${(branches += 1)}`,
    encoderParams: () => ({ bitrate: 300_000 }),
  };
  const planner = new Planner(host, settings, (error) => {
    throw error;
  });
  const video = async (sink: MediaNode, source: MediaNode): Promise<string[]> => {
    planner.connect({ sink, medium: "video", source });
    await planner.settled();
    return host.takeCalls();
  };
  return { host, planner, video };
}

describe("Planner", () => {
  it("routes when the sink takes the codec, whatever its place in the list", async () => {
    const { video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = new TestNode("sink", { accepted: takes(h264, vp8) });
    expect(await video(sink, source)).toEqual(["link sink video <- source"]);
    expect(source.told).toEqual(["video as it is"]);
  });

  it("waits until both sides are known", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source");
    const sink = new TestNode("sink");
    expect(await video(sink, source)).toEqual([]);
    source.offered = rtp(vp8);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual([]);
    sink.accepted = takes(vp8);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- source"]);
  });

  it("shares one branch between sinks that want the same codec, and releases it with the last", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const first = new TestNode("first", { accepted: takes(h264) });
    const second = new TestNode("second", { accepted: takes(h264) });
    expect(await video(first, source)).toEqual([
      "create Branch branch-1",
      "link branch-1 video <- source",
      "link first video <- branch-1",
    ]);
    expect(host.objects.get("branch-1")?.params).toEqual({
      ioThread: 3,
      medium: "video",
      target: { kind: "rtp", format: h264 },
      reencode: false,
      bitrate: 300_000,
    });
    expect(await video(second, source)).toEqual(["link second video <- branch-1"]);
    planner.disconnect(first, "video");
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link first video <- nothing"]);
    planner.remove(second);
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link second video <- nothing", "release branch-1"]);
    expect(source.told).toEqual(["video transcoding", "video transcoding"]);
  });

  it("makes separate branches for separate codecs", async () => {
    const { video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("first", { accepted: takes(h264) }), source);
    expect(await video(new TestNode("second", { accepted: takes(vp9) }), source)).toContain(
      "create Branch branch-2",
    );
  });

  it("makes separate branches for separate packet sizes, and none for packets that are forwarded", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = (id: string, format: Format, mtu: number): TestNode =>
      new TestNode(id, { accepted: { ...takes(format), mtu } });
    await video(sink("first", h264, 1200), source);
    expect(await video(sink("second", h264, 1200), source)).toEqual([
      "link second video <- branch-1",
    ]);
    await video(sink("third", h264, 900), source);
    expect(host.objects.get("branch-2")?.params["mtu"]).toBe(900);
    expect(await video(sink("fourth", vp8, 900), source)).toEqual(["link fourth video <- source"]);
  });

  it("changes only the kind where the codec fits, without calling that transcoding", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const recorder = new TestNode("recorder", { accepted: { kind: "frames", formats: [vp8] } });
    await video(recorder, source);
    expect(host.objects.get("branch-1")?.params["target"]).toEqual({ kind: "frames", format: vp8 });
    expect(source.told).toEqual(["video as it is"]);
  });

  it("decodes for a sink of raw frames", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("filter", { accepted: { kind: "frames", formats: [raw] } }), source);
    expect(host.objects.get("branch-1")?.params["target"]).toEqual({ kind: "frames", format: raw });
    expect(source.told).toEqual(["video transcoding"]);
  });

  it("encodes anew where only the codec's parameters do not fit", async () => {
    const { host, video } = setUp();
    const high = {
      ...h264,
      parameters: { "profile-level-id": "64001f", "packetization-mode": "1" },
    };
    const source = new TestNode("source", { offered: rtp(high) });
    await video(new TestNode("sink", { accepted: takes(h264) }), source);
    expect(host.objects.get("branch-1")?.params).toMatchObject({
      reencode: true,
      target: { format: h264 },
    });
    expect(source.told).toEqual(["video transcoding"]);
  });

  it("turns a route into a branch when the source's codec changes, new before old goes", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = new TestNode("sink", { accepted: takes(vp8) });
    await video(sink, source);
    source.offered = rtp(vp9);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual([
      "create Branch branch-1",
      "link branch-1 video <- source",
      "link sink video <- branch-1",
    ]);
    source.offered = rtp(h264);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual([
      "create Branch branch-2",
      "link branch-2 video <- source",
      "link sink video <- branch-2",
      "release branch-1",
    ]);
    source.offered = rtp(vp8);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- source", "release branch-2"]);
  });

  it("replaces a source in one step", async () => {
    const { host, planner, video } = setUp();
    const sink = new TestNode("sink", { accepted: takes(vp8) });
    await video(sink, new TestNode("old", { offered: rtp(vp8) }));
    planner.disconnect(sink, "video");
    planner.connect({ sink, medium: "video", source: new TestNode("new", { offered: rtp(vp8) }) });
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- new"]);
  });

  it("links past transparent elements and tells them about flow", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const pass = new TestNode("pass", { transparent: true });
    const sink = new TestNode("sink", { accepted: takes(vp8) });
    expect(await video(sink, pass)).toEqual([]);
    expect(await video(pass, source)).toEqual(["link sink video <- source"]);
    source.flowing = true;
    planner.update();
    await planner.settled();
    planner.disconnect(pass, "video");
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- nothing"]);
    expect(pass.told).toEqual([
      "video through false",
      "video as it is",
      "video through true",
      "video through false",
    ]);
  });

  it("survives a circle of transparent elements", async () => {
    const { video } = setUp();
    const first = new TestNode("first", { transparent: true });
    const second = new TestNode("second", { transparent: true });
    await video(first, second);
    await video(second, first);
    expect(await video(new TestNode("sink", { accepted: takes(vp8) }), first)).toEqual([]);
  });

  it("converts to a codec demanded on the way", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8), codec: "H264" });
    await video(new TestNode("sink", { accepted: takes(vp8, h264) }), source);
    expect(host.objects.get("branch-1")?.params["target"]).toEqual({ kind: "rtp", format: h264 });
  });

  it("tells the sink when its branch cannot be made, and tries again only when the plan changes", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = new TestNode("sink", { accepted: takes(h264) });
    host.failNext("create Branch branch-1", new Error("no encoder"));
    expect(await video(sink, source)).toEqual(["create Branch branch-1"]);
    expect(sink.told).toEqual(["video Error: no encoder"]);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual([]);
    sink.accepted = takes(vp8);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- source"]);
  });

  it("leaves no half-made branch behind", async () => {
    const { host, video } = setUp();
    host.failNext("link branch-1 video <- source", new Error("gone"));
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("sink", { accepted: takes(h264) }), source);
    expect([...host.objects.keys()]).toEqual([]);
  });

  it("goes on after a node that throws", async () => {
    const host = new FakeNativeHost();
    const errors: unknown[] = [];
    const settings = { ioThread: 0, newId: () => "branch", encoderParams: () => ({}) };
    const planner = new Planner(host, settings, (error) => errors.push(error));
    const sink = new TestNode("sink", { accepted: takes(vp8) });
    const source = new TestNode("source", { offered: rtp(vp8) });
    source.sourceFormat = () => {
      throw new Error("broken");
    };
    planner.connect({ sink, medium: "video", source });
    await planner.settled();
    expect(errors).toEqual([new Error("broken")]);
    source.sourceFormat = () => rtp(vp8);
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link sink video <- source"]);
  });
});
