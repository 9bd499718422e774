import { MediaPipeline, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { NativeMap } from "@kms/core";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import {
  CHROMIUM_SIMULCAST,
  PLAN_B_OFFER,
  chromiumData,
  chromiumOffer,
} from "../sdp/sdp.fixtures.js";
import { IDLE_STREAM } from "./stats.fixtures.js";
import { WebRtcEndpoint } from "./web-rtc-endpoint.js";

const LOCAL = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: 11, video: 22 },
};
const ABLE = { rtxSsrc: { audio: 12, video: 23 }, simulcast: true };
const CANDIDATE = "candidate:1 1 UDP 2015363327 192.0.2.1 40404 typ host";

let services: TestServices;
let endpoint: WebRtcEndpoint;

async function create(
  params: Partial<WebRtcEndpointParams> = {},
  config = {},
  local: NativeMap = LOCAL,
): Promise<WebRtcEndpoint> {
  services = testServices([coreModule, elementsModule], config);
  services.host.answer("localParameters", () => local);
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const made = new WebRtcEndpoint(
    services.context("endpoint", pipeline),
    params as WebRtcEndpointParams,
  );
  await made.initialize();
  services.host.takeCalls();
  return made;
}

/** Arguments of the native `setRemote`, as they come. */
function nativeRemotes(): NativeMap[] {
  const remotes: NativeMap[] = [];
  services.host.answer("setRemote", (args) => {
    remotes.push(args);
    return null;
  });
  return remotes;
}

function eventsOf(type: string): readonly Readonly<Record<string, unknown>>[] {
  return services.events.filter((event) => event.type === type).map(({ data }) => data);
}

beforeEach(async () => {
  endpoint = await create();
});

describe("WebRtcEndpoint negotiation", () => {
  it.each([
    ["", "Empty offer not valid"],
    ["broken", "Invalid SDP"],
    ["s=-\r\n", "Invalid SDP"],
  ])("refuses the offer %j with 40201", async (offer, message) => {
    await expect(endpoint.processOffer(offer)).rejects.toMatchObject({ code: 40201, message });
    expect(services.host.takeCalls()).toEqual([]);
  });

  it("answers an offer and hands native code what was agreed", async () => {
    const remotes = nativeRemotes();
    const answer = await endpoint.processOffer(chromiumOffer());
    expect(answer).toContain("a=setup:active");
    expect(remotes).toMatchObject([
      {
        iceRole: "controlled",
        ice: { ufrag: "abcd" },
        dtls: { role: "client", fingerprints: [{ algorithm: "sha-256" }] },
        streams: [{ medium: "audio" }, { medium: "video", remoteSsrcs: [2001] }],
      },
    ]);
    expect(endpoint.accepts("video")?.formats.map(({ codec }) => codec)).toEqual(["VP8", "H264"]);
    expect(eventsOf("MediaSessionStarted")).toHaveLength(1);
  });

  it("sends nothing to a browser that only sends", async () => {
    await endpoint.processOffer(chromiumOffer({ direction: "sendonly" }));
    expect(endpoint.accepts("video")?.formats).toEqual([]);
  });

  it("answers an offer of nothing that it knows without a transport", async () => {
    const answer = await endpoint.processOffer(chromiumOffer({ rtcpMux: false }));
    expect(answer).not.toMatch(/m=\w+ [1-9]/);
    expect(services.host.takeCalls()).not.toContain("invoke endpoint setRemote");
  });

  it("offers its direction and takes the answer as the controlling side", async () => {
    endpoint = await create({ recvonly: true });
    const remotes = nativeRemotes();
    const offer = await endpoint.generateOffer();
    expect(offer).toContain("a=recvonly");
    const answerer = await endpointAnswering(offer);
    await endpoint.processAnswer(answerer);
    expect(remotes).toMatchObject([{ iceRole: "controlling", dtls: { role: "server" } }]);
    expect(endpoint.accepts("audio")?.formats).toEqual([]);
  });

  it("refuses an answer to another offer with 40206", async () => {
    await endpoint.generateOffer();
    await expect(endpoint.processAnswer("v=0\r\n")).rejects.toMatchObject({ code: 40206 });
  });

  it("refuses Plan B with 40205 and its reason, and goes on", async () => {
    const message = expect.stringMatching(/^Error processing offer: m-line 1 .*Plan B/);
    await expect(endpoint.processOffer(PLAN_B_OFFER)).rejects.toMatchObject({
      code: 40205,
      message,
    });
    await endpoint.processOffer(chromiumOffer());
  });

  it("agrees on data channels with the peer's port and limit", async () => {
    endpoint = await create({ useDataChannels: true });
    const remotes = nativeRemotes();
    await endpoint.processOffer(chromiumOffer({ extraMedia: chromiumData("2"), extraMids: " 2" }));
    expect(remotes).toMatchObject([
      { data: { port: 5000, localPort: 5000, maxMessageSize: 262_144 } },
    ]);
  });

  it("cannot answer data channels in the syntax before RFC 8841", async () => {
    endpoint = await create({ useDataChannels: true });
    const old = chromiumData("2", ["a=sctpmap:5000 webrtc-datachannel 1024"]);
    const offer = chromiumOffer({ extraMedia: old, extraMids: " 2" });
    const error = { code: 40205, message: "Error processing offer" };
    await expect(endpoint.processOffer(offer)).rejects.toMatchObject(error);
  });

  it("tells native code of retransmissions and layers where that can do them", async () => {
    endpoint = await create({}, {}, { ...LOCAL, ...ABLE });
    const remotes = nativeRemotes();
    const answer = await endpoint.processOffer(chromiumOffer({ video: CHROMIUM_SIMULCAST }));
    expect(answer).toContain("a=simulcast:recv h;m;~l\r\n");
    expect(remotes).toMatchObject([
      {
        streams: [
          { medium: "audio" },
          {
            codecs: [{ codec: "VP8", payloadType: 96, rtx: 97 }],
            rtxSsrcs: [{ ssrc: 2001, rtx: 2002 }],
            simulcast: { rids: ["h", "m"] },
            rtcpReducedSize: true,
          },
        ],
      },
    ]);
  });

  async function endpointAnswering(offer: string): Promise<string> {
    const others = testServices([coreModule, elementsModule]);
    others.host.answer("localParameters", () => LOCAL);
    const pipeline = new MediaPipeline(others.context("other"));
    const other = new WebRtcEndpoint(
      others.context("answerer", pipeline),
      {} as WebRtcEndpointParams,
    );
    await other.initialize();
    return other.processOffer(offer);
  }
});

describe("WebRtcEndpoint candidates", () => {
  it("gathers nothing before there is SDP", async () => {
    await endpoint.gatherCandidates();
    expect(services.host.takeCalls()).toEqual([]);
  });

  it("announces a candidate once for each m-line and shows it in the description", async () => {
    await endpoint.processOffer(chromiumOffer());
    await endpoint.gatherCandidates();
    services.host.emit("endpoint", "localCandidate", { candidate: CANDIDATE });
    services.host.emit("endpoint", "gatheringDone", {});
    const found = eventsOf("IceCandidateFound").map(({ candidate }) => candidate);
    expect(found).toMatchObject([
      { candidate: CANDIDATE, sdpMid: "0", sdpMLineIndex: 0 },
      { candidate: CANDIDATE, sdpMid: "1", sdpMLineIndex: 1 },
    ]);
    expect(eventsOf("IceGatheringDone")).toHaveLength(1);
    expect(endpoint.getLocalSessionDescriptor()).toContain(`a=${CANDIDATE}`);
  });

  it("gives native code what the properties say about gathering", async () => {
    const plans: unknown[] = [];
    services.host.answer("gather", (args) => {
      plans.push(args);
      return null;
    });
    endpoint.setExternalIPv4("203.0.113.5");
    endpoint.setIceTcp(false);
    await endpoint.processOffer(chromiumOffer());
    await endpoint.gatherCandidates();
    expect(plans).toMatchObject([{ tcp: false, externalIPv4: "203.0.113.5", turnServer: null }]);
  });

  it("tells of a wrong turnUrl by an Error event, and gathers all the same", async () => {
    endpoint.setTurnUrl("user:secret@turn.example.org");
    await endpoint.processOffer(chromiumOffer());
    services.host.takeCalls();
    await endpoint.gatherCandidates();
    expect(services.host.takeCalls()).toEqual(["invoke endpoint gather"]);
    const [error] = eventsOf("Error");
    expect(error).toMatchObject({ errorCode: 13, type: "UNEXPECTED_ELEMENT_ERROR" });
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("stays connected while ICE restarts", () => {
    const emit = (type: string, data: Record<string, string>): void =>
      services.host.emit("endpoint", type, data);
    emit("candidatePairSelected", { local: CANDIDATE, remote: CANDIDATE });
    emit("iceStateChanged", { state: "READY" });
    emit("dtlsStateChanged", { state: "CONNECTED" });
    for (const state of ["GATHERING", "CONNECTING", "CONNECTED", "READY"])
      emit("iceStateChanged", { state });
    expect(eventsOf("ConnectionStateChanged").map(({ newState }) => newState)).toEqual([
      "CONNECTED",
    ]);
    emit("iceStateChanged", { state: "DISCONNECTED" });
    expect(endpoint.getConnectionState()).toBe("DISCONNECTED");
  });

  it("takes remote candidates early, ignores unreadable ones, refuses those of no m-line", async () => {
    const candidate = { candidate: CANDIDATE, sdpMid: "0", sdpMLineIndex: 0 };
    await endpoint.addIceCandidate(candidate);
    await endpoint.processOffer(chromiumOffer());
    services.host.failNext("invoke endpoint addRemoteCandidate", new Error("unreadable"));
    await endpoint.addIceCandidate({ ...candidate, candidate: "garbage" });
    await endpoint.addIceCandidate({ ...candidate, candidate: "" });
    expect(services.host.takeCalls()).toContain("invoke endpoint endOfRemoteCandidates");
    const unknown = endpoint.addIceCandidate({ ...candidate, sdpMid: "nope", sdpMLineIndex: 9 });
    await expect(unknown).rejects.toMatchObject({ code: 40401 });
  });
});

describe("WebRtcEndpoint states", () => {
  it("has no ICE connection before ICE starts", () => {
    expect(endpoint.getIceConnectionState()).toEqual([]);
  });

  it("is connected while ICE and DTLS are", async () => {
    const emit = (type: string, state: string): void =>
      services.host.emit("endpoint", type, { state });
    expect(endpoint.getIceConnectionState()).toEqual([]);
    emit("iceStateChanged", "CONNECTED");
    expect(endpoint.getIceConnectionState()).toEqual([
      { streamId: "1", componentId: 1, state: "CONNECTED" },
    ]);
    expect(endpoint.getConnectionState()).toBe("DISCONNECTED");
    emit("dtlsStateChanged", "CONNECTED");
    expect(endpoint.getConnectionState()).toBe("CONNECTED");
    emit("iceStateChanged", "DISCONNECTED");
    expect(endpoint.getConnectionState()).toBe("DISCONNECTED");
    expect(eventsOf("ConnectionStateChanged").map(({ newState }) => newState)).toEqual([
      "CONNECTED",
      "DISCONNECTED",
    ]);
    expect(endpoint.getIceConnectionState()).toEqual([
      { streamId: "1", componentId: 1, state: "DISCONNECTED" },
    ]);
    expect(endpoint.getDtlsConnectionState()).toMatchObject([{ state: "CONNECTED" }]);
  });

  it("keeps the selected pair", () => {
    services.host.emit("endpoint", "candidatePairSelected", { local: "l", remote: "r" });
    const pair = { streamId: "1", componentId: 1, localCandidate: "l", remoteCandidate: "r" };
    expect(endpoint.getICECandidatePairs()).toEqual([pair]);
    expect(eventsOf("NewCandidatePairSelected")).toHaveLength(1);
  });

  it("check_webrtc_stats: has an entry of its own only while its pipeline measures latency", async () => {
    services.host.answer("stats", () => ({ streams: [], transport: {} }));
    const pipeline = endpoint.getMediaPipeline() as MediaPipeline;
    for (const isMeasured of [false, true, false]) {
      pipeline.setLatencyStats(isMeasured);
      expect("endpoint" in (await endpoint.getStats())).toBe(isMeasured);
    }
  });

  it("gives one statistics entry a stream, with an id that stays", async () => {
    const stream = {
      ...IDLE_STREAM,
      medium: "video",
      ssrc: 22,
      packets: 5,
      fractionLost: 0.25,
      roundTripTime: 0.01,
      pliCount: 2,
      targetBitrate: 300_000,
    };
    services.host.answer("stats", () => ({
      streams: [
        { ...stream, direction: "outbound" },
        { ...stream, medium: "audio", direction: "inbound" },
      ],
      transport: {},
    }));
    const all = Object.values(await endpoint.getStats());
    expect(all.map(({ type }) => type)).toEqual(["outboundrtp", "inboundrtp"]);
    const video = Object.entries(await endpoint.getStats("VIDEO"));
    expect(video).toHaveLength(1);
    expect(video[0]?.[0]).toBe(all[0]?.id);
    expect(video[0]?.[1]).toMatchObject({
      packetsSent: 5,
      targetBitrate: 300_000,
      roundTripTime: 0.01,
      ssrc: "22",
      fractionLost: 64,
      pliCount: 2,
    });
  });
});

describe("WebRtcEndpoint bandwidth", () => {
  /** Arguments of the native `setBandwidth`, as they come. */
  function nativeLimits(): NativeMap[] {
    const limits: NativeMap[] = [];
    services.host.answer("setBandwidth", (args) => {
      limits.push(args);
      return null;
    });
    return limits;
  }

  it("tells native code each limit when it changes", async () => {
    const limits = nativeLimits();
    await endpoint.setMaxVideoSendBandwidth(900);
    await endpoint.setMinVideoSendBandwidth(200);
    await endpoint.setMaxVideoRecvBandwidth(400);
    await endpoint.setMinVideoRecvBandwidth(600);
    expect(limits).toMatchObject([
      { minVideoSendKbps: 100, maxVideoSendKbps: 900 },
      { minVideoSendKbps: 200 },
      { maxVideoReceiveKbps: 400, minVideoReceiveKbps: 0 },
      { minVideoReceiveKbps: 400 },
    ]);
  });

  it("test_remb_params: tells native code those in force, before and after negotiation", async () => {
    const limits = nativeLimits();
    await endpoint.setMaxVideoSendBandwidth(0);
    await endpoint.setRembParams({ upLosses: 20 });
    expect(limits).toMatchObject([
      { maxVideoSendKbps: 0, remb: { upLosses: 12, linealFactorMin: 50, rembOnConnect: 300_000 } },
      { remb: { upLosses: 20, linealFactorMin: 100 } },
    ]);
    const { upLosses, rembOnConnect } = endpoint.getRembParams();
    await endpoint.processOffer(chromiumOffer());
    expect(endpoint.getRembParams()).toMatchObject({ upLosses, rembOnConnect });
    await endpoint.setRembParams({ upLosses: 30, rembOnConnect: 700 });
    expect(limits.at(-1)).toMatchObject({ remb: { upLosses: 30, rembOnConnect: 700 } });
  });
});
