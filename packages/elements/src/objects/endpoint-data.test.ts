import { MediaPipeline, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import { chromiumData, chromiumOffer } from "../sdp/sdp.fixtures.js";
import { WebRtcEndpoint } from "./web-rtc-endpoint.js";

const LOCAL = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: 11, video: 22 },
};
const OFFER = chromiumOffer({ extraMedia: chromiumData("2"), extraMids: " 2" });

let services: TestServices;
let pipeline: MediaPipeline;

async function create(id: string, useDataChannels = true): Promise<WebRtcEndpoint> {
  const params = { useDataChannels } as WebRtcEndpointParams;
  const endpoint = new WebRtcEndpoint(services.context(id, pipeline), params);
  await endpoint.initialize();
  return endpoint;
}

async function agreed(id = "endpoint"): Promise<WebRtcEndpoint> {
  const endpoint = await create(id);
  await endpoint.processOffer(OFFER);
  services.host.takeCalls();
  return endpoint;
}

beforeEach(() => {
  services = testServices([coreModule, elementsModule]);
  services.host.answer("localParameters", () => LOCAL);
  pipeline = new MediaPipeline(services.context("pipeline"));
});

describe("data channels of an endpoint", () => {
  it("are not supported before they are agreed on, nor without useDataChannels", async () => {
    const early = await create("early");
    const without = await create("without", false);
    await without.processOffer(OFFER);
    services.host.takeCalls();
    for (const endpoint of [early, without]) {
      await expect(endpoint.createDataChannel()).rejects.toMatchObject({
        code: 40111,
        message: "Data channels are not supported",
      });
      await expect(endpoint.closeDataChannel(0)).rejects.toMatchObject({ code: 40111 });
    }
    expect(services.host.calls).toEqual([]);
  });

  it("open with Kurento's defaults, and with what is asked for", async () => {
    const endpoint = await agreed();
    const opened: unknown[] = [];
    services.host.answer("createDataChannel", (args) => {
      opened.push(args);
      return opened.length;
    });
    await endpoint.createDataChannel();
    await endpoint.createDataChannel("chat", false, 70_000, -7, "json");
    await endpoint.createDataChannel("once", true, -1, 0);
    expect(opened).toEqual([
      { label: "", ordered: true, protocol: "" },
      { label: "chat", ordered: false, protocol: "json", maxPacketLifeTime: 65_535 },
      { label: "once", ordered: true, protocol: "", maxRetransmits: 0 },
    ]);
  });

  it("cannot have two limits at once", async () => {
    const endpoint = await agreed();
    await expect(endpoint.createDataChannel("x", true, 0, 0)).rejects.toMatchObject({
      code: 40107,
      message: "Syntax error",
    });
    expect(services.host.calls).toEqual([]);
  });

  it("pass on what native code refuses", async () => {
    const endpoint = await agreed();
    const refusal = Object.assign(new Error("Can not create data channel"), { code: 40003 });
    services.host.failNext("invoke endpoint createDataChannel", refusal);
    await expect(endpoint.createDataChannel()).rejects.toMatchObject({ code: 40003 });
  });

  it("close by number, known or not", async () => {
    const endpoint = await agreed();
    await endpoint.closeDataChannel(4711);
    expect(services.host.calls).toEqual(["invoke endpoint closeDataChannel"]);
  });

  it("tell when they open and close", async () => {
    await agreed();
    services.host.emit("endpoint", "dataChannelOpened", { channelId: 1 });
    services.host.emit("endpoint", "dataChannelClosed", { channelId: 1 });
    const events = services.events.filter(({ type }) => type.startsWith("DataChannel"));
    expect(events.map(({ type, data }) => [type, data["channelId"]])).toEqual([
      ["DataChannelOpened", 1],
      ["DataChannelClosed", 1],
    ]);
  });

  it("are linked over the DATA pads, without a word about transcoding", async () => {
    const source = await agreed("source");
    const sink = await agreed("sink");
    await source.connect(sink, "DATA");
    expect(services.host.calls).toEqual(["link sink data <- source"]);
    await source.disconnect(sink, "DATA");
    expect(services.host.links.size).toBe(0);
    const told = services.events.map(({ type }) => type);
    expect(told).not.toContain("MediaTranscodingStateChanged");
    expect(told).not.toContain("MediaFlowOutStateChanged");
  });

  it("are linked in a loop, as soon as they are agreed on", async () => {
    const endpoint = await create("endpoint");
    await endpoint.connect(endpoint);
    expect(services.host.links.get("endpoint data")).toBeUndefined();
    await endpoint.processOffer(OFFER);
    expect(services.host.links.get("endpoint data")).toBe("endpoint");
  });

  it("have statistics, with ids that stay, for DATA and for all media", async () => {
    const endpoint = await agreed();
    services.host.answer("stats", () => ({ streams: [], transport: {} }));
    const figures = { messagesSent: 1, bytesSent: 2, messagesReceived: 3, bytesReceived: 4 };
    const channel = { channelId: 6, label: "l", protocol: "p", state: "open", ...figures };
    services.host.answer("dataChannelStats", () => ({ channels: [channel], opened: 5, closed: 4 }));
    const all = await endpoint.getStats();
    expect(Object.values(all)).toMatchObject([
      { type: "datachannel", datachannelid: 6, label: "l", protocol: "p", state: "open" },
      { type: "session", dataChannelsOpened: 5, dataChannelsClosed: 4 },
    ]);
    expect(Object.values(all)[0]).toMatchObject(figures);
    expect(Object.keys(await endpoint.getStats("DATA"))).toEqual(Object.keys(all));
    expect(await endpoint.getStats("VIDEO")).toEqual({});
  });

  it("have no statistics without data channels", async () => {
    const endpoint = await create("endpoint", false);
    services.host.answer("stats", () => ({ streams: [], transport: {} }));
    expect(await endpoint.getStats("DATA")).toEqual({});
  });
});
