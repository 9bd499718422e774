import { beforeEach, describe, expect, it } from "vitest";

import { coreModule } from "../generated/index.js";
import { hubSpec } from "../generated/hub.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import { Hub } from "./hub.js";
import { HubPort } from "./hub-port.js";
import { MediaPipeline } from "./media-pipeline.js";
import { PassThrough } from "./pass-through.js";

class TestHub extends Hub {
  override get spec(): ClassSpec {
    return hubSpec;
  }
  get portIds(): string[] {
    return this.ports().map(({ id }) => id);
  }
}

class Source extends PassThrough {
  override through(): boolean {
    return false;
  }
  setFlowing(flowing: boolean): void {
    this.activity.setFlowing("out", "video", flowing);
    this.pipeline.planner.update();
  }
}

let services: TestServices;
let pipeline: MediaPipeline;
let hub: TestHub;
const port = (id: string): HubPort => {
  const made = new HubPort(services.context(id, hub));
  void made.initialize();
  hub.addChild(made);
  return made;
};

const flowing = (id: string): Source => {
  const made = new Source(services.context(id, pipeline));
  made.setFlowing(true);
  return made;
};

beforeEach(() => {
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
  hub = new TestHub(services.context("hub", pipeline));
  pipeline.addChild(hub);
});

describe("Hub", () => {
  it("stands between its pipeline and its ports", async () => {
    const [second, first] = [port("b"), port("a")] as const;
    expect([hub.getParent(), hub.getMediaPipeline()]).toEqual([pipeline, pipeline]);
    expect(pipeline.getChildren()).toEqual([hub]);
    expect([first.getParent(), first.getMediaPipeline()]).toEqual([hub, pipeline]);
    expect(hub.getChildren()).toEqual([first, second]);
    expect(hub.portIds).toEqual(["b", "a"]);
    await first.release();
    expect(hub.portIds).toEqual(["b"]);
  });

  it("lets nothing out of its ports, unless its class says what", async () => {
    const [source, sink] = [flowing("source"), new PassThrough(services.context("sink", pipeline))];
    await source.connect(port("a"));
    await port("b").connect(sink);
    expect(pipeline.planner.links()).toEqual([]);
    expect(sink.isMediaFlowingIn("VIDEO")).toBe(false);
  });
});

describe("HubPort", () => {
  it("connects both ways like any element, with events", async () => {
    const source = new PassThrough(services.context("source", pipeline));
    const hubPort = port("port");
    await source.connect(hubPort, "VIDEO");
    await hubPort.connect(source, "AUDIO");
    await source.connect(hubPort, "DATA");
    expect(hubPort.getSourceConnections().map(({ type }) => type)).toEqual(["DATA", "VIDEO"]);
    expect(hubPort.getSinkConnections().map(({ type }) => type)).toEqual(["AUDIO"]);
    const told = services.events.map(({ object, type, data }) => [object, type, data["mediaType"]]);
    expect(told).toEqual([
      ["source", "ElementConnected", "VIDEO"],
      ["port", "ElementConnected", "AUDIO"],
      ["source", "ElementConnected", "DATA"],
    ]);
  });

  it("is no sink for elements of another pipeline", async () => {
    const other = new MediaPipeline(services.context("other"));
    const far = new PassThrough(services.context("far", other));
    await expect(far.connect(port("port"))).rejects.toMatchObject({ code: 40004 });
  });

  it("tells that media enters it, whether or not it leaves the hub", async () => {
    const source = flowing("source");
    const hubPort = port("port");
    await source.connect(hubPort, "VIDEO");
    expect(hubPort.isMediaFlowingIn("VIDEO")).toBe(true);
    expect(hubPort.isMediaFlowingOut("VIDEO")).toBe(false);
    source.setFlowing(false);
    await pipeline.planner.settled();
    expect(hubPort.isMediaFlowingIn("VIDEO")).toBe(false);
  });

  it("ends its connections when it is released", async () => {
    const source = new PassThrough(services.context("source", pipeline));
    const hubPort = port("port");
    await source.connect(hubPort);
    await hubPort.release();
    expect(source.getSinkConnections()).toEqual([]);
    expect(services.events.filter(({ type }) => type === "ElementDisconnected")).toHaveLength(3);
  });
});
