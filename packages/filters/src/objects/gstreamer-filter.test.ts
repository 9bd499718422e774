import { KurentoError, MediaPipeline, coreModule } from "@kms/elements/core";
import { testServices } from "@kms/elements/testing";
import type { TestServices } from "@kms/elements/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { GStreamerFilterParams } from "../generated/gstreamer-filter.js";
import { filtersModule } from "../generated/index.js";
import { GStreamerFilter } from "./gstreamer-filter.js";

let services: TestServices;

function create(command: string): GStreamerFilter {
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const params = { command, filterType: "AUTODETECT" };
  return new GStreamerFilter(services.context("filter", pipeline), params as GStreamerFilterParams);
}

beforeEach(() => {
  services = testServices([coreModule, filtersModule]);
  services.host.answer("mediaType", () => "video");
});

describe("GStreamerFilter", () => {
  it("passes on the error of a command that makes no element", async () => {
    const failure = new KurentoError("MARSHALL_ERROR", "GStreamer element cannot be created");
    services.host.failNext("create GStreamerFilter filter", failure);
    await expect(create("nothing").initialize()).rejects.toMatchObject({ code: 40001 });
  });

  it("takes raw frames of its medium and lets the other one pass", async () => {
    const filter = create("videoflip");
    await filter.initialize();
    expect(filter.getCommand()).toBe("videoflip");
    expect(filter.through("video")).toBe(false);
    expect(filter.through("audio")).toBe(true);
    expect(filter.accepts("video")).toMatchObject({ kind: "frames", formats: [{ codec: "RAW" }] });
  });

  it("works on audio when its element does", async () => {
    services.host.answer("mediaType", () => "audio");
    const filter = create("volume");
    await filter.initialize();
    expect(filter.through("video")).toBe(true);
    expect(filter.accepts("audio")).toMatchObject({ kind: "frames" });
  });

  it("hands a property to the element by name", async () => {
    const filter = create("videoflip");
    await filter.initialize();
    const given: unknown[] = [];
    services.host.answer("setElementProperty", (args) => {
      given.push(args);
      return null;
    });
    await filter.setElementProperty("method", "rotate-180");
    expect(given).toEqual([{ name: "method", value: "rotate-180" }]);
  });
});
