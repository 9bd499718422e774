// What the planner makes where media must be converted.
import { describe, expect, it, vi } from "vitest";

import {
  h264,
  plainH264,
  raw,
  released,
  rtp,
  setUp,
  steps,
  takes,
  vp8,
  vp9,
} from "../testing/planner-room.js";
import { TestNode } from "../testing/test-node.js";
import type { Format } from "./media.js";

describe("Planner with conversions", () => {
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

  it("gives a viewer that is far slower than the others an encoder of its own, while that is so", async () => {
    vi.useFakeTimers();
    const { host, planner, video } = setUp();
    const source = new TestNode("source", { offered: rtp(vp8) });
    const rates = [900_000, 300_000, 1_000_000];
    const sinks = rates.map((_, at) => {
      const sink = new TestNode(`viewer-${at}`, { accepted: takes(h264) });
      return Object.assign(sink, { room: async () => rates[at] });
    });
    for (const sink of sinks) await video(sink, source);
    const after = async (seconds: number): Promise<string[]> => {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      await planner.settled();
      return host.takeCalls();
    };
    expect(await after(5)).toEqual([]);
    expect(await after(2)).toEqual([...steps(5, "branch-2", 2), "link viewer-1 video <- branch-6"]);
    rates.fill(800_000);
    expect(await after(17)).toEqual(["link viewer-1 video <- branch-4", ...released(6, 5)]);
    for (const sink of sinks) planner.remove(sink);
    await planner.settled();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
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
});
