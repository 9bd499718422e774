import { beforeEach, describe, expect, it } from "vitest";

import { coreModule } from "../generated/index.js";
import { KurentoError } from "../model/errors.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import type { FilterElement } from "./filter-element.js";
import { Filter } from "./filter.js";
import { MediaPipeline } from "./media-pipeline.js";
import { numberField } from "./native-fields.js";
import { PassThrough } from "./pass-through.js";

const counts: number[] = [];

/** A filter as module authors write it. */
class Mirror extends Filter {
  readonly element: FilterElement = this.addElement({
    description: "kmsmirror",
    medium: "video",
    properties: { strength: 0.5, colour: undefined },
    messages: { faces: (fields) => void counts.push(numberField(fields, "count")) },
  });
  override get spec(): ClassSpec {
    return new PassThrough(this.context).spec;
  }
}

/** A filter with a native object of its own. */
class Other extends Filter {
  override get spec(): ClassSpec {
    return new PassThrough(this.context).spec;
  }
  work(): void {
    this.setFilteredMedium("audio");
  }
}

let services: TestServices;
let pipeline: MediaPipeline;
const mirror = (): Mirror => new Mirror(services.context("mirror", pipeline));

beforeEach(() => {
  counts.length = 0;
  services = testServices([coreModule]);
  pipeline = new MediaPipeline(services.context("pipeline"));
});

describe("a filter made of a GStreamer element", () => {
  it("makes the element with its properties and takes raw frames of its medium", async () => {
    const filter = mirror();
    await filter.initialize();
    expect(services.host.objects.get("mirror")).toEqual({
      className: "ElementFilter",
      params: {
        ioThread: 0,
        description: "kmsmirror",
        medium: "video",
        properties: { strength: 0.5 },
      },
    });
    expect(filter.through("video")).toBe(false);
    expect(filter.through("audio")).toBe(true);
    expect(filter.accepts("video")).toMatchObject({ kind: "frames", formats: [{ codec: "RAW" }] });
  });

  it("sets and reads properties of the element", async () => {
    const filter = mirror();
    await filter.initialize();
    const given: unknown[] = [];
    services.host.answer("setProperties", (args) => {
      given.push(args);
      return null;
    });
    services.host.answer("getProperties", (args) => ({ asked: args["names"] ?? null }));
    await filter.element.set({ strength: 1, area: [{ x: 1 }], colour: undefined });
    expect(given).toEqual([{ strength: 1, area: [{ x: 1 }] }]);
    expect(await filter.element.get("strength", "colour")).toEqual({
      asked: ["strength", "colour"],
    });
  });

  it("refuses with the code of native code, and before it is there", async () => {
    const filter = mirror();
    await expect(filter.element.set({ strength: 1 })).rejects.toMatchObject({ code: 40108 });
    await filter.initialize();
    const refusal = new KurentoError("MARSHALL_ERROR", "property 'strength': out of range");
    services.host.failNext("invoke mirror setProperties", refusal);
    await expect(filter.element.set({ strength: 9 })).rejects.toMatchObject({ code: 40001 });
  });

  it("hands messages to their handlers and ignores others", async () => {
    await mirror().initialize();
    services.host.emit("mirror", "elementMessage", { name: "faces", fields: { count: 2 } });
    services.host.emit("mirror", "elementMessage", { name: "toString", fields: {} });
    expect(counts).toEqual([2]);
  });

  it("turns errors of the element into Error events", async () => {
    await mirror().initialize();
    const error = { type: "STREAM_ERROR_FAILED", code: 1, description: "no picture" };
    services.host.emit("mirror", "error", error);
    const data = { errorCode: 1, description: "no picture", type: "STREAM_ERROR_FAILED" };
    expect(services.events).toMatchObject([{ object: "mirror", type: "Error", data }]);
  });

  it("fails to initialize where the element is not installed", async () => {
    const missing = new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "no element 'kmsmirror'");
    services.host.failNext("create ElementFilter mirror", missing);
    await expect(mirror().initialize()).rejects.toMatchObject({ code: 40108 });
  });
});

describe("a filter without such an element", () => {
  it("lets everything past until it says which medium it works on", async () => {
    const filter = new Other(services.context("other", pipeline));
    await filter.initialize();
    expect(services.host.calls).toEqual([]);
    expect(filter.through("audio")).toBe(true);
    filter.work();
    expect(filter.through("audio")).toBe(false);
    expect(filter.accepts("audio")).toMatchObject({ kind: "frames" });
  });
});
