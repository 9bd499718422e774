import { describe, expect, it } from "vitest";

import { FakeNativeHost } from "../testing/fake-native-host.js";
import { h264, released, rtp, setUp, steps, takes, vp8, vp9 } from "../testing/planner-room.js";
import { TestNode } from "../testing/test-node.js";
import type { Format } from "./media.js";
import { Planner } from "./planner.js";

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
    other.accepts = () => {
      asked.push("other");
      return other.accepted;
    };
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
