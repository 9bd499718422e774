import { HubPort, MediaPipeline, PassThrough, coreModule, dataFormat, rawFormat } from "@kms/core";
import type { Hub, OfferedStream } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { CompositeParams } from "../generated/composite.js";
import { AlphaBlending } from "./alpha-blending.js";
import { Composite } from "./composite.js";
import { Mixer } from "./mixer.js";

const vp8: OfferedStream = {
  kind: "rtp",
  format: { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} },
};
const raw = { kind: "frames", format: { codec: "RAW" } };

/** An endpoint that sends and takes VP8, decoded audio and messages. */
class Peer extends PassThrough {
  override through(): boolean {
    return false;
  }
  override async initialize(): Promise<void> {
    await this.createNative("Peer");
    const audio: OfferedStream = { kind: "frames", format: rawFormat };
    const data: OfferedStream = { kind: "data", format: dataFormat };
    for (const [medium, { kind, format }] of [
      ["audio", audio],
      ["video", vp8],
      ["data", data],
    ] as const) {
      this.setOffers(medium, { kind, format });
      this.setAccepts(medium, { kind, formats: [format] });
    }
  }
}

let services: TestServices;
let pipeline: MediaPipeline;

beforeEach(() => {
  services = testServices([coreModule, elementsModule], { kurento: { Composite: { width: 320 } } });
  pipeline = new MediaPipeline(services.context("pipeline"));
});

async function port(hub: Hub, id: string): Promise<HubPort> {
  const made = new HubPort(services.context(id, hub));
  await made.initialize();
  services.host.emit(id, "sourceFormat", { medium: "audio", ...raw });
  return made;
}

/** A peer connected both ways with a port of its own, `port-<name>`. */
async function join(hub: Hub, name: string): Promise<[Peer, HubPort]> {
  const member = new Peer(services.context(name, pipeline));
  await member.initialize();
  const entry = await port(hub, `port-${name}`);
  await member.connect(entry);
  await entry.connect(member);
  return [member, entry];
}

/** What is linked, as `sink medium <- source`; through branches as what they are fed by, and the last one's codec. */
function links(): string[] {
  const branches = new Map(pipeline.planner.branches().map((branch) => [branch.id, branch]));
  const origin = (id: string): string => {
    const branch = branches.get(id);
    return branch === undefined ? id : origin(branch.from);
  };
  return pipeline.planner
    .links()
    .map(({ sinkId, medium, from }) => {
      const codec = branches.get(from)?.planned.target.format.codec;
      const source = codec === undefined ? from : `${origin(from)} as ${codec}`;
      return `${sinkId} ${medium} <- ${source}`;
    })
    .sort();
}

async function composite(params: Partial<CompositeParams> = {}): Promise<Composite> {
  const all = { width: 800, height: 600, framerate: 15, mediaPipeline: pipeline, ...params };
  const hub = new Composite(services.context("hub", pipeline), all);
  await hub.initialize();
  services.host.emit("hub", "sourceFormat", { medium: "video", ...raw });
  return hub;
}

describe("Composite", () => {
  it("gives size and rate to native code, 0 as configured", async () => {
    await composite({ width: 0, height: 0, framerate: 30 });
    const { params } = services.host.objects.get("hub") ?? {};
    expect(params).toEqual({ width: 320, height: 600, framerate: 30 });
  });

  it("takes decoded media into its ports, and encodes its picture once for all viewers", async () => {
    const hub = await composite();
    await join(hub, "a");
    await join(hub, "b");
    expect(links()).toEqual([
      "a audio <- port-a",
      "a data <- hub",
      "a video <- hub as VP8",
      "b audio <- port-b",
      "b data <- hub",
      "b video <- hub as VP8",
      "port-a audio <- a",
      "port-a data <- a",
      "port-a video <- a as RAW",
      "port-b audio <- b",
      "port-b data <- b",
      "port-b video <- b as RAW",
    ]);
    expect(pipeline.planner.branches().filter(({ from }) => from === "hub")).toHaveLength(1);
    expect(services.host.objects.get("port-a")).toMatchObject({
      className: "HubPort",
      params: { hub: "hub" },
    });
  });

  it("tells that its picture leaves all ports, and what enters each", async () => {
    const hub = await composite();
    const [[, a], [, b]] = [await join(hub, "a"), await join(hub, "b")];
    const viewer = new PassThrough(services.context("viewer", pipeline));
    await b.connect(viewer);
    services.host.emit("hub", "flow", { medium: "video", direction: "out", flowing: true });
    services.host.emit("port-a", "flow", { medium: "video", direction: "in", flowing: true });
    services.host.emit("port-b", "flow", { medium: "audio", direction: "out", flowing: true });
    await pipeline.planner.settled();
    expect([a, b].map((each) => each.isMediaFlowingOut("VIDEO"))).toEqual([true, true]);
    expect([a, b].map((each) => each.isMediaFlowingIn("VIDEO"))).toEqual([true, false]);
    expect([a, b].map((each) => each.isMediaFlowingOut("AUDIO"))).toEqual([false, true]);
    expect(["VIDEO", "AUDIO"].map((type) => viewer.isMediaFlowingIn(type as "VIDEO"))).toEqual([
      true,
      true,
    ]);
    services.host.emit("hub", "flow", { medium: "video", direction: "out", flowing: false });
    await pipeline.planner.settled();
    expect([a.isMediaFlowingOut("VIDEO"), viewer.isMediaFlowingIn("VIDEO")]).toEqual([
      false,
      false,
    ]);
  });

  it("tells of its native errors, and goes with its native object", async () => {
    const hub = await composite();
    const error = { type: "UNEXPECTED_ELEMENT_ERROR", code: 0, description: "no compositor" };
    services.host.emit("hub", "error", error);
    expect(services.events.at(-1)).toMatchObject({
      object: "hub",
      type: "Error",
      data: { description: "no compositor" },
    });
    const [, entry] = await join(hub, "a");
    await entry.release();
    await hub.release();
    expect([...services.host.objects.keys()]).toEqual(["a"]);
  });
});

describe("AlphaBlending", () => {
  it("hands master and places on, for ports of its own", async () => {
    const hub = new AlphaBlending(services.context("hub", pipeline));
    await hub.initialize();
    const entry = await port(hub, "entry");
    await hub.setMaster(entry, 1);
    await hub.setPortProperties(0.5, 0.5, 5, 0.3, 0.3, entry);
    expect(services.host.takeCalls().slice(-2)).toEqual([
      "invoke hub setMaster",
      "invoke hub setPortProperties",
    ]);
    const foreign = await port(await composite(), "foreign");
    await expect(hub.setMaster(foreign, 1)).rejects.toMatchObject({ code: 40004 });
    const placing = hub.setPortProperties(0, 0, 1, 1, 1, foreign);
    await expect(placing).rejects.toMatchObject({ code: 40004 });
  });

  it("has one picture for all, and no data", async () => {
    const hub = new AlphaBlending(services.context("hub", pipeline));
    await hub.initialize();
    services.host.emit("hub", "sourceFormat", { medium: "video", ...raw });
    await join(hub, "a");
    expect(links()).toEqual([
      "a audio <- port-a",
      "a video <- hub as VP8",
      "port-a audio <- a",
      "port-a video <- a as RAW",
    ]);
  });
});

describe("Mixer", () => {
  let hub: Mixer;
  beforeEach(async () => {
    hub = new Mixer(services.context("hub", pipeline));
    await hub.initialize();
  });

  it("mixes audio, and routes video past itself", async () => {
    const [[, a], [, b], [, c]] = [
      await join(hub, "a"),
      await join(hub, "b"),
      await join(hub, "c"),
    ];
    services.host.takeCalls();
    await hub.connect("AUDIO", a, c);
    await hub.connect("AUDIO", b, c);
    await hub.disconnect("AUDIO", a, c);
    expect(services.host.takeCalls()).toEqual([
      "invoke hub connectAudio",
      "invoke hub connectAudio",
      "invoke hub disconnectAudio",
    ]);
    await hub.connect("VIDEO", a, c);
    await hub.connect("VIDEO", b, c);
    expect(services.host.takeCalls()).toEqual(["link c video <- a", "link c video <- b"]);
    await b.release();
    expect(links().filter((link) => link.startsWith("c "))).toEqual(["c audio <- port-c"]);
  });

  it("refuses data, the end of video, and ports of another hub", async () => {
    const [a, b] = [await port(hub, "x"), await port(hub, "y")];
    const foreign = await port(await composite(), "z");
    const noData = { code: 40005, message: "Invalid media type" };
    await expect(hub.connect("DATA", a, b)).rejects.toMatchObject(noData);
    await expect(hub.disconnect("DATA", a, b)).rejects.toMatchObject(noData);
    await expect(hub.disconnect("VIDEO", a, b)).rejects.toMatchObject({
      code: 40005,
      message: "Video disconnection is not implemented yet",
    });
    const refusal = { code: 40004, message: "Can not connect video ports" };
    await expect(hub.connect("VIDEO", a, foreign)).rejects.toMatchObject(refusal);
    await expect(hub.connect("AUDIO", foreign, b)).rejects.toMatchObject(refusal);
    await expect(hub.disconnect("AUDIO", a, foreign)).rejects.toMatchObject(refusal);
  });
});
