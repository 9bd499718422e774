import { MediaPipeline, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { RtpEndpointParams } from "../generated/rtp-endpoint.js";
import { RtpEndpoint } from "./rtp-endpoint.js";
import { IDLE_STREAM } from "./stats.fixtures.js";

const LOCAL = { ip: "192.0.2.2", cname: "cname", ssrc: { audio: 11, video: 22 } };

let services: TestServices;
let endpoint: RtpEndpoint;

beforeEach(async () => {
  services = testServices([coreModule, elementsModule]);
  services.host.answer("localParameters", () => LOCAL);
  const pipeline = new MediaPipeline(services.context("pipeline"));
  endpoint = new RtpEndpoint(services.context("endpoint", pipeline), {} as RtpEndpointParams);
  await endpoint.initialize();
});

describe("RtpEndpoint.getStats", () => {
  it("makes statistics of native streams", async () => {
    const stream = {
      ...IDLE_STREAM,
      medium: "video",
      direction: "inbound",
      ssrc: 5,
      packets: 1,
      bytes: 2,
    };
    services.host.answer("stats", () => ({ streams: [stream] }));
    expect(Object.values(await endpoint.getStats("VIDEO"))).toMatchObject([{ ssrc: "5" }]);
    expect(Object.values(await endpoint.getStats("AUDIO"))).toEqual([]);
  });

  it("tells what its transport carried, and dropped by reason", async () => {
    const dropped = { replayed: 4, wrongSource: 1 };
    services.host.answer("stats", () => ({
      streams: [],
      transport: { bytesSent: 0, bytesReceived: 0, dropped: {} },
    }));
    expect(await endpoint.getStats()).toEqual({});
    const transport = { bytesSent: 0, bytesReceived: 9, dropped };
    services.host.answer("stats", () => ({ streams: [], transport }));
    expect(Object.values(await endpoint.getStats())).toMatchObject([
      {
        type: "transport",
        bytesReceived: 9,
        activeConnection: true,
        selectedCandidatePairId: "",
        packetsDropped: dropped,
      },
    ]);
  });
});
