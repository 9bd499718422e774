import { describe, expect, it } from "vitest";

import { FakeNativeHost } from "../testing/fake-native-host.js";
import { TestNode } from "../testing/test-node.js";
import type { AcceptedStream, Format, MediaNode, OfferedStream } from "./media.js";
import type { NativeMap } from "../native/host.js";
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

const plainH264: Format = { ...h264, parameters: {} };

const rtp = (format: Format): OfferedStream => ({ kind: "rtp", format });
const takes = (...formats: Format[]): AcceptedStream => ({ kind: "rtp", formats });

/** Calls that make `count` branches in a row, from number `first` on. */
function steps(first: number, source: string, count: number): string[] {
  const ids = Array.from({ length: count }, (_, i) => `branch-${first + i}`);
  return ids.flatMap((id, i) => [
    `create Branch ${id}`,
    `link ${id} video <- ${ids[i - 1] ?? source}`,
  ]);
}

/** Calls that release branches, from number `last` down to `first`. */
function released(last: number, first: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `release branch-${last - i}`);
}

function setUp(): {
  host: FakeNativeHost;
  planner: Planner;
  video: (sink: MediaNode, source: MediaNode) => Promise<string[]>;
} {
  const listeners = new Map<string, (type: string, data: NativeMap) => void>();
  const host = new FakeNativeHost((id, type, data) => listeners.get(id)?.(type, data));
  let branches = 0;
  const settings = {
    ioThread: 3,
    newId: () => `branch-${(branches += 1)}`,
    listen: (id: string, onEvent: (type: string, data: NativeMap) => void) => {
      listeners.set(id, onEvent);
      return () => void listeners.delete(id);
    },
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

  it("plans only the links of the element that changed, unless media goes on from it", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const [changed, other] = [
      new TestNode("changed", { accepted: takes(vp8) }),
      new TestNode("other", { accepted: takes(vp8, h264) }),
    ];
    await video(changed, source);
    await video(other, source);
    const asked: string[] = [];
    other.accepts = () => void asked.push("other") ?? other.accepted;
    changed.accepted = takes(h264);
    planner.update(changed);
    await planner.settled();
    expect(host.takeCalls().at(-1)).toBe("link changed video <- branch-4");
    expect(asked).toEqual([]);
    source.offered = rtp(h264);
    planner.update(source);
    await planner.settled();
    expect(host.takeCalls()).toContain("link changed video <- source");
    expect(asked).toEqual(["other"]);
  });

  it("shares each step between sinks that want the same codec, and releases all with the last", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    source.encoder = { bitrate: 300_000, max: 900_000 };
    const first = new TestNode("first", { accepted: takes(h264) });
    const second = new TestNode("second", { accepted: takes(h264) });
    expect(await video(first, source)).toEqual([
      ...steps(1, "source", 4),
      "link first video <- branch-4",
    ]);
    const made = [...host.objects.values()].map(({ params }) => params);
    const step = (target: object): object => ({ ioThread: 3, medium: "video", target });
    expect(made).toEqual([
      step({ kind: "frames", format: vp8 }),
      step({ kind: "frames", format: raw }),
      {
        ...step({ kind: "frames", format: plainH264 }),
        bitrate: 300_000,
        minBitrate: 0,
        maxBitrate: 900_000,
      },
      step({ kind: "rtp", format: h264 }),
    ]);
    expect(await video(second, source)).toEqual(["link second video <- branch-4"]);
    planner.disconnect(first, "video");
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link first video <- nothing"]);
    planner.remove(second);
    await planner.settled();
    expect(host.takeCalls()).toEqual(["link second video <- nothing", ...released(4, 1)]);
    expect(source.told).toEqual(["video transcoding", "video transcoding"]);
  });

  it("unpacks and decodes a source once, whatever its sinks want", async () => {
    const { video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("recorder", { accepted: { kind: "frames", formats: [vp8] } }), source);
    const filter = new TestNode("filter", { accepted: { kind: "frames", formats: [raw] } });
    expect(await video(filter, source)).toEqual([
      ...steps(2, "branch-1", 1),
      "link filter video <- branch-2",
    ]);
    const viewer = new TestNode("viewer", { accepted: takes(h264) });
    expect(await video(viewer, source)).toEqual([
      ...steps(3, "branch-2", 2),
      "link viewer video <- branch-4",
    ]);
    expect(await video(new TestNode("other", { accepted: takes(vp9) }), source)).toEqual([
      ...steps(5, "branch-2", 2),
      "link other video <- branch-6",
    ]);
  });

  it("encodes once for viewers and recorders, and for viewers with other parameters", async () => {
    const { video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("viewer", { accepted: takes(h264) }), source);
    const recorder = new TestNode("recorder", {
      accepted: { kind: "frames", formats: [plainH264] },
    });
    expect(await video(recorder, source)).toEqual(["link recorder video <- branch-3"]);
    const single = new TestNode("single", { accepted: takes(plainH264) });
    expect(await video(single, source)).toEqual([
      ...steps(5, "branch-3", 1),
      "link single video <- branch-5",
    ]);
  });

  it("changes the bitrates of an encoder that runs, but not its frame rate", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    await video(new TestNode("viewer", { accepted: takes(h264) }), source);
    source.encoder = { bitrate: 700_000 };
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual(["invoke branch-3 configure"]);
    source.encoder = { bitrate: 700_000, framerate: { numerator: 15, denominator: 1 } };
    planner.update();
    await planner.settled();
    expect(host.takeCalls()).toEqual([
      ...steps(5, "branch-2", 2),
      "link viewer video <- branch-6",
      ...released(4, 3),
    ]);
  });

  it("gives viewers with other settings an encoder of their own", async () => {
    const { video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const pass = new TestNode("pass", { transparent: true });
    pass.encoder = { bitrate: 100_000 };
    await video(pass, source);
    await video(new TestNode("viewer", { accepted: takes(h264) }), source);
    const far = new TestNode("far", { accepted: takes(h264) });
    expect(await video(far, pass)).toEqual([
      ...steps(5, "branch-2", 2),
      "link far video <- branch-6",
    ]);
  });

  it("tells those whose media is converted when a converter fails", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const pass = new TestNode("pass", { transparent: true });
    await video(pass, source);
    await video(new TestNode("viewer", { accepted: takes(h264) }), source);
    await video(new TestNode("far", { accepted: takes(vp9) }), pass);
    host.emit("branch-1", "error", { description: "garbled" });
    host.emit("branch-3", "error", { description: "too much" });
    host.emit("branch-3", "flow", {});
    expect(source.told.slice(1)).toEqual(["converter garbled", "converter too much"]);
    expect(pass.told.slice(-1)).toEqual(["converter garbled"]);
  });

  it("packs separately for separate packet sizes, and not for packets that are forwarded", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = (id: string, format: Format, mtu: number): TestNode =>
      new TestNode(id, { accepted: { ...takes(format), mtu } });
    await video(sink("first", h264, 1200), source);
    expect(host.objects.get("branch-3")?.params).not.toHaveProperty("mtu");
    expect(host.objects.get("branch-4")?.params["mtu"]).toBe(1200);
    expect(await video(sink("second", h264, 1200), source)).toEqual([
      "link second video <- branch-4",
    ]);
    expect(await video(sink("third", h264, 900), source)).toEqual([
      ...steps(5, "branch-3", 1),
      "link third video <- branch-5",
    ]);
    expect(host.objects.get("branch-5")?.params["mtu"]).toBe(900);
    expect(await video(sink("fourth", vp8, 900), source)).toEqual(["link fourth video <- source"]);
  });

  it("encodes what comes without keyframes on request anew, for viewers only", async () => {
    const { video } = setUp();
    const file = new TestNode("file");
    file.offered = { kind: "frames", format: plainH264, makesKeyframes: false };
    const recorder = new TestNode("recorder", {
      accepted: { kind: "frames", formats: [plainH264] },
    });
    expect(await video(recorder, file)).toEqual(["link recorder video <- file"]);
    expect(await video(new TestNode("viewer", { accepted: takes(h264) }), file)).toEqual([
      ...steps(1, "file", 3),
      "link viewer video <- branch-3",
    ]);
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
    expect(host.objects.get("branch-2")?.params["target"]).toEqual({ kind: "frames", format: raw });
    expect(source.told).toEqual(["video transcoding"]);
  });

  it("encodes anew where only the codec's parameters do not fit", async () => {
    const { video } = setUp();
    const high = {
      ...h264,
      parameters: { "profile-level-id": "64001f", "packetization-mode": "1" },
    };
    const source = new TestNode("source", { offered: rtp(high) });
    expect(await video(new TestNode("sink", { accepted: takes(h264) }), source)).toEqual([
      ...steps(1, "source", 4),
      "link sink video <- branch-4",
    ]);
    expect(source.told).toEqual(["video transcoding"]);
  });

  it("turns a route into a branch when the source's codec changes, new before old goes", async () => {
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const sink = new TestNode("sink", { accepted: takes(vp8) });
    await video(sink, source);
    const change = async (format: Format): Promise<string[]> => {
      source.offered = rtp(format);
      planner.update();
      await planner.settled();
      return host.takeCalls();
    };
    expect(await change(vp9)).toEqual([...steps(1, "source", 4), "link sink video <- branch-4"]);
    expect(await change(h264)).toEqual([
      ...steps(5, "source", 4),
      "link sink video <- branch-8",
      ...released(4, 1),
    ]);
    expect(await change(vp8)).toEqual(["link sink video <- source", ...released(8, 5)]);
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
    expect(host.objects.get("branch-4")?.params["target"]).toEqual({ kind: "rtp", format: h264 });
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

  it("keeps no step that is of no use without the one that failed", async () => {
    const { host, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    host.failNext("create Branch branch-3", new Error("no encoder"));
    await video(new TestNode("sink", { accepted: takes(h264) }), source);
    expect([...host.objects.keys()]).toEqual([]);
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
    const settings = { ioThread: 0, newId: () => "branch", listen: () => () => undefined };
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
