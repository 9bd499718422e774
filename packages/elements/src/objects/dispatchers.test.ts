import { HubPort, MediaPipeline, PassThrough, coreModule } from "@kms/core";
import type { Hub, OfferedStream } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import { Dispatcher } from "./dispatcher.js";
import { DispatcherOneToMany } from "./dispatcher-one-to-many.js";

const vp8: OfferedStream = {
  kind: "rtp",
  format: { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} },
};

/** An endpoint that sends and takes VP8. */
class Peer extends PassThrough {
  override through(): boolean {
    return false;
  }
  override async initialize(): Promise<void> {
    await this.createNative("Peer");
    this.setOffers("video", vp8);
    this.setAccepts("video", { kind: "rtp", formats: [vp8.format] });
  }
  setFlowing(flowing: boolean): Promise<void> {
    this.activity.setFlowing("out", "video", flowing);
    this.pipeline.planner.update();
    return this.pipeline.planner.settled();
  }
}

let services: TestServices;
let pipeline: MediaPipeline;

beforeEach(() => {
  services = testServices([coreModule, elementsModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
});

async function peer(id: string): Promise<Peer> {
  const made = new Peer(services.context(id, pipeline));
  await made.initialize();
  return made;
}

async function port(hub: Hub, id: string): Promise<HubPort> {
  const made = new HubPort(services.context(id, hub));
  await made.initialize();
  return made;
}

/** Which peer's video each peer gets. */
function routes(): Record<string, string> {
  const entries = pipeline.planner.links().map(({ sinkId, from }) => [sinkId, from]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Peers connected both ways with a port each. */
async function room(hub: Hub, ...names: string[]): Promise<Record<string, [Peer, HubPort]>> {
  const members: Record<string, [Peer, HubPort]> = {};
  for (const name of names) {
    const [member, entry] = [await peer(name), await port(hub, `port-${name}`)] as const;
    await member.connect(entry);
    await entry.connect(member);
    members[name] = [member, entry];
  }
  return members;
}

describe("Dispatcher", () => {
  let hub: Dispatcher;
  beforeEach(() => {
    hub = new Dispatcher(services.context("hub", pipeline));
  });

  it("routes past itself, as its ports are connected", async () => {
    const { a, b, c } = await room(hub, "a", "b", "c");
    if (!a || !b || !c) throw new Error("no room");
    expect(routes()).toEqual({});
    await hub.connect(a[1], b[1]);
    await hub.connect(a[1], c[1]);
    expect(routes()).toEqual({ b: "a", c: "a" });
    await hub.connect(b[1], c[1]);
    await hub.connect(c[1], c[1]);
    await hub.connect(b[1], a[1]);
    expect(routes()).toEqual({ a: "b", b: "a", c: "c" });
  });

  it("switches a sink without cutting it off", async () => {
    const { a, b, c } = await room(hub, "a", "b", "c");
    if (!a || !b || !c) throw new Error("no room");
    await hub.connect(a[1], c[1]);
    services.host.takeCalls();
    await hub.connect(b[1], c[1]);
    expect(services.host.takeCalls()).toEqual(["link c video <- b"]);
  });

  it("ends what a released port was part of", async () => {
    const { a, b } = await room(hub, "a", "b");
    if (!a || !b) throw new Error("no room");
    await hub.connect(a[1], b[1]);
    await hub.connect(b[1], a[1]);
    await a[1].release();
    expect(routes()).toEqual({});
    expect(hub.portOrigin(b[1], "video")).toBeUndefined();
  });

  it("refuses ports of another hub", async () => {
    const other = new Dispatcher(services.context("other", pipeline));
    const [own, foreign] = [await port(hub, "own"), await port(other, "foreign")];
    const refusal = { code: 40004, message: "Can not connect ports" };
    await expect(hub.connect(own, foreign)).rejects.toMatchObject(refusal);
    await expect(hub.connect(foreign, own)).rejects.toMatchObject(refusal);
  });

  it("tells media flow of both ports", async () => {
    const { a, b } = await room(hub, "a", "b");
    if (!a || !b) throw new Error("no room");
    await a[0].setFlowing(true);
    expect([a[1].isMediaFlowingIn("VIDEO"), b[1].isMediaFlowingOut("VIDEO")]).toEqual([
      true,
      false,
    ]);
    await hub.connect(a[1], b[1]);
    expect(b[1].isMediaFlowingOut("VIDEO")).toBe(true);
    expect(b[1].isMediaFlowingIn("VIDEO")).toBe(false);
    await a[0].setFlowing(false);
    expect(b[1].isMediaFlowingOut("VIDEO")).toBe(false);
    await a[0].setFlowing(true);
    await a[1].release();
    expect(b[1].isMediaFlowingOut("VIDEO")).toBe(false);
  });

  it("hands on through several hubs, and stops at a circle", async () => {
    const second = new Dispatcher(services.context("second", pipeline));
    const { a, b } = await room(hub, "a", "b");
    if (!a || !b) throw new Error("no room");
    const [into, out] = [await port(second, "into"), await port(second, "out")];
    await b[1].connect(into);
    await out.connect(b[0]);
    await second.connect(into, out);
    await hub.connect(a[1], b[1]);
    expect(routes()).toEqual({ b: "a" });
    await out.connect(a[1]);
    expect(routes()).toEqual({});
  });
});

describe("DispatcherOneToMany", () => {
  let hub: DispatcherOneToMany;
  beforeEach(() => {
    hub = new DispatcherOneToMany(services.context("hub", pipeline));
  });

  it("routes the source to all ports, itself included, until it is removed", async () => {
    const { a, b } = await room(hub, "a", "b");
    if (!a || !b) throw new Error("no room");
    expect(routes()).toEqual({});
    await hub.setSource(a[1]);
    expect(routes()).toEqual({ a: "a", b: "a" });
    await room(hub, "c");
    expect(routes()).toEqual({ a: "a", b: "a", c: "a" });
    await hub.setSource(b[1]);
    expect(routes()).toEqual({ a: "b", b: "b", c: "b" });
    await hub.removeSource();
    await hub.removeSource();
    expect(routes()).toEqual({});
  });

  it("has no source any more when its port is released", async () => {
    const { a, b } = await room(hub, "a", "b");
    if (!a || !b) throw new Error("no room");
    await hub.setSource(a[1]);
    await a[1].release();
    expect(routes()).toEqual({});
    await a[0].setFlowing(true);
    expect(b[1].isMediaFlowingOut("VIDEO")).toBe(false);
  });

  it("refuses a port of another hub", async () => {
    const other = new Dispatcher(services.context("other", pipeline));
    const foreign = await port(other, "foreign");
    await expect(hub.setSource(foreign)).rejects.toMatchObject({ code: 40004 });
  });
});
