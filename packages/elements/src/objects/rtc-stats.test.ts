import type { NativeMap, Stats } from "@kms/core";
import { describe, expect, it } from "vitest";
import { RtcStats } from "./rtc-stats.js";

const VP8 = {
  payloadType: 96,
  codec: "VP8",
  clockRate: 90_000,
  channels: 0,
  parameters: { a: "b" },
};
const COUNTS = {
  packets: 5,
  bytes: 500,
  packetsLost: 1,
  fractionLost: 0.25,
  jitter: 0.002,
  roundTripTime: 0.01,
  nackCount: 3,
  pliCount: 2,
  firCount: 1,
  remb: 300_000,
  targetBitrate: 250_000,
};
const OUTBOUND = { ...COUNTS, medium: "video", direction: "outbound", ssrc: 22, codec: VP8 };
const INBOUND = { ...COUNTS, medium: "audio", direction: "inbound", ssrc: 11 };
const LOCAL = { ip: "192.0.2.1", port: 40_000, transport: "udp", type: "host", priority: 200 };
const REMOTE = { ip: "192.0.2.9", port: 5000, transport: "udp", type: "prflx", priority: 100 };
const COUNTED = {
  bytesSent: 900,
  bytesReceived: 1900,
  requestsSent: 3,
  requestsReceived: 4,
  responsesSent: 4,
  responsesReceived: 8,
  consentRequestsSent: 5,
  roundTripTime: 0.03,
};
const UNUSED = {
  bytesSent: 0,
  bytesReceived: 0,
  requestsSent: 7,
  requestsReceived: 0,
  responsesSent: 0,
  responsesReceived: 0,
  consentRequestsSent: 0,
  roundTripTime: 0,
};
const OTHER = { ...REMOTE, ip: "192.0.2.10", type: "host" };
const PAIRS = [
  {
    ...UNUSED,
    local: LOCAL,
    remote: OTHER,
    state: "failed",
    isNominated: false,
    isSelected: false,
  },
  {
    ...COUNTED,
    local: LOCAL,
    remote: REMOTE,
    state: "succeeded",
    isNominated: true,
    isSelected: true,
  },
];
const TRANSPORT = {
  bytesSent: 1000,
  bytesReceived: 2000,
  availableOutgoing: 640_000,
  availableIncoming: 480_000,
  iceState: "READY",
  dtlsState: "CONNECTED",
  localCertificate: { fingerprint: "AB:CD", base64: "TUlJ" },
  remoteCertificate: { fingerprint: "12:34", base64: "TUlK" },
  dropped: { replayed: 4 },
  pairs: PAIRS,
};

function entries(
  stats: RtcStats,
  native: NativeMap,
  mediaType?: "AUDIO" | "VIDEO" | "DATA",
): Record<string, unknown>[] {
  return Object.values(stats.entries(native, mediaType, 1000.7)) as (Stats &
    Record<string, unknown>)[];
}

const ofType = (all: readonly Record<string, unknown>[], name: string): Record<string, unknown> =>
  all.find((entry) => entry["__type__"] === name) ?? {};

describe("statistics of an endpoint", () => {
  it("has the fields of api.md B12 for each stream", () => {
    const all = entries(new RtcStats(), { streams: [OUTBOUND, INBOUND] });
    const common = {
      __module__: "kurento",
      timestampMillis: 1000,
      associateStatsId: "",
      isRemote: false,
      mediaTrackId: "",
      transportId: "",
      firCount: 1,
      pliCount: 2,
      nackCount: 3,
      sliCount: 0,
      remb: 300_000,
      packetsLost: 1,
      fractionLost: 64,
    };
    expect(ofType(all, "RTCOutboundRTPStreamStats")).toEqual({
      ...common,
      __type__: "RTCOutboundRTPStreamStats",
      id: expect.any(String),
      type: "outboundrtp",
      ssrc: "22",
      codecId: ofType(all, "RTCCodec")["id"],
      packetsSent: 5,
      bytesSent: 500,
      targetBitrate: 250_000,
      roundTripTime: 0.01,
    });
    expect(ofType(all, "RTCInboundRTPStreamStats")).toEqual({
      ...common,
      __type__: "RTCInboundRTPStreamStats",
      id: expect.any(String),
      type: "inboundrtp",
      ssrc: "11",
      codecId: "",
      packetsReceived: 5,
      bytesReceived: 500,
      jitter: 0.002,
    });
    expect(ofType(all, "RTCCodec")).toMatchObject({
      payloadType: 96,
      codec: "VP8",
      clockRate: 90_000,
      channels: 0,
      parameters: "a=b",
    });
  });

  it("links the transport with its pair, candidates and certificates", () => {
    const all = entries(new RtcStats(), { streams: [OUTBOUND], transport: TRANSPORT });
    const byId = new Map(all.map((entry) => [entry["id"], entry]));
    const transport = ofType(all, "RTCTransportStats");
    expect(transport).toMatchObject({
      bytesSent: 1000,
      bytesReceived: 2000,
      activeConnection: true,
      packetsDropped: { replayed: 4 },
    });
    expect(ofType(all, "RTCOutboundRTPStreamStats")["transportId"]).toBe(transport["id"]);
    const pair = byId.get(transport["selectedCandidatePairId"]);
    expect(pair).toMatchObject({
      type: "candidatepair",
      transportId: transport["id"],
      state: "succeeded",
      nominated: true,
      writable: true,
      readable: true,
      priority: 2 ** 32 * 100 + 400,
      roundTripTime: 0.03,
      currentRoundTripTime: 0.03,
      bytesSent: 900,
      bytesReceived: 1900,
      requestsSent: 3,
      requestsReceived: 4,
      responsesSent: 4,
      responsesReceived: 8,
      consentRequestsSent: 5,
      availableOutgoingBitrate: 640_000,
      availableIncomingBitrate: 480_000,
    });
    expect(byId.get(pair?.["localCandidateId"])).toMatchObject({
      type: "localcandidate",
      ipAddress: "192.0.2.1",
      portNumber: 40_000,
      candidateType: "host",
    });
    expect(byId.get(pair?.["remoteCandidateId"])).toMatchObject({
      type: "remotecandidate",
      candidateType: "peerreflexive",
    });
    expect(byId.get(transport["localCertificateId"])).toMatchObject({
      fingerprint: "AB:CD",
      fingerprintAlgorithm: "sha-256",
      base64Certificate: "TUlJ",
    });
    expect(byId.get(transport["remoteCertificateId"])).toMatchObject({ fingerprint: "12:34" });
  });

  it("keeps ids, and tells no more than the media that was asked for", () => {
    const stats = new RtcStats();
    const native = { streams: [OUTBOUND, INBOUND], transport: TRANSPORT };
    const all = entries(stats, native);
    expect(all).toHaveLength(11);
    expect(entries(stats, native)).toEqual(all);
    const video = entries(stats, native, "VIDEO");
    expect(video.map((entry) => entry["type"])).toEqual(["outboundrtp", "track"]);
    expect(all).toEqual(expect.arrayContaining(video));
    expect(entries(stats, native, "DATA")).toEqual([]);
  });

  it("has all pairs, and each candidate once", () => {
    const all = entries(new RtcStats(), { streams: [], transport: TRANSPORT });
    const byId = new Map(all.map((entry) => [entry["id"], entry]));
    const pairs = all.filter(({ type }) => type === "candidatepair");
    expect(pairs.map(({ state }) => state)).toEqual(["failed", "succeeded"]);
    expect(pairs[0]).toMatchObject({
      nominated: false,
      writable: false,
      readable: false,
      availableOutgoingBitrate: 0,
      availableIncomingBitrate: 0,
    });
    expect(byId.get(pairs[0]?.["remoteCandidateId"])).toMatchObject({ ipAddress: "192.0.2.10" });
    expect(all.filter(({ type }) => type === "localcandidate")).toHaveLength(1);
    expect(all.filter(({ type }) => type === "remotecandidate")).toHaveLength(2);
  });

  it("has pairs while none is selected yet", () => {
    const transport = { ...TRANSPORT, pairs: PAIRS.slice(0, 1) };
    const all = entries(new RtcStats(), { streams: [], transport });
    expect(ofType(all, "RTCTransportStats")["selectedCandidatePairId"]).toBe("");
    expect(all.map(({ __type__ }) => __type__)).not.toContain("RTCCertificateStats");
    expect(ofType(all, "RTCIceCandidatePairStats")["state"]).toBe("failed");
  });

  it("has no transport before there is a pair", () => {
    const early = { ...TRANSPORT, pairs: [] };
    expect(entries(new RtcStats(), { streams: [], transport: early })).toEqual([]);
  });
});
