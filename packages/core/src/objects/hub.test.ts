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

let services: TestServices;
let pipeline: MediaPipeline;
let hub: TestHub;
const port = (id: string): HubPort => {
  const made = new HubPort(services.context(id, hub));
  hub.addChild(made);
  return made;
};

beforeEach(() => {
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
  hub = new TestHub(services.context("hub", pipeline));
  pipeline.addChild(hub);
});

describe("Hub", () => {
  it("stands between its pipeline and its ports", () => {
    const [second, first] = [port("b"), port("a")] as const;
    expect([hub.getParent(), hub.getMediaPipeline()]).toEqual([pipeline, pipeline]);
    expect(pipeline.getChildren()).toEqual([hub]);
    expect([first.getParent(), first.getMediaPipeline()]).toEqual([hub, pipeline]);
    expect(hub.getChildren()).toEqual([first, second]);
    expect(hub.portIds).toEqual(["a", "b"]);
    hub.removeChild(first);
    expect(hub.portIds).toEqual(["b"]);
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

  it("ends its connections when it is released", async () => {
    const source = new PassThrough(services.context("source", pipeline));
    const hubPort = port("port");
    await source.connect(hubPort);
    await hubPort.release();
    expect(source.getSinkConnections()).toEqual([]);
    expect(services.events.filter(({ type }) => type === "ElementDisconnected")).toHaveLength(3);
  });
});
