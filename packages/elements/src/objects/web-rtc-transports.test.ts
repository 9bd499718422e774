// Offers without BUNDLE: a WebRtcEndpoint with a transport for each m-line.
import { MediaPipeline, coreModule } from "@kms/core";
import type { NativeMap } from "@kms/core";
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
const SECOND = "endpoint/transport-1";
const vp8 = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };

let services: TestServices;
let endpoint: WebRtcEndpoint;
let remotes: NativeMap[];

/** Audio, video and perhaps data, each over a transport of its own. */
function apart(changes: Parameters<typeof chromiumOffer>[0] = {}): string {
  const text = chromiumOffer({ bundle: false, origin: "4 1", ...changes });
  const [audio = "", ...others] = text.split(/(?=m=)/).slice(1);
  const head = text.slice(0, text.indexOf("m="));
  const named = others.map((line, index) =>
    line.replace("ice-ufrag:abcd", `ice-ufrag:ufr${index}`),
  );
  return [head, audio, ...named].join("");
}

function emit(id: string, type: string, data: NativeMap): void {
  services.host.emit(id, type, data);
}

function eventsOf(type: string): readonly Readonly<Record<string, unknown>>[] {
  return services.events.filter((event) => event.type === type).map(({ data }) => data);
}

beforeEach(async () => {
  services = testServices([coreModule, elementsModule]);
  services.host.answer("localParameters", () => LOCAL);
  remotes = [];
  services.host.answer("setRemote", (args) => {
    remotes.push(args);
    return null;
  });
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const params = { useDataChannels: true, certificateKeyType: "RSA" } as WebRtcEndpointParams;
  endpoint = new WebRtcEndpoint(services.context("endpoint", pipeline), params);
  pipeline.addChild(endpoint);
  await endpoint.initialize();
  services.host.takeCalls();
});

describe("WebRtcEndpoint without BUNDLE", () => {
  it("has a native transport for each m-line, with its own remote side", async () => {
    await endpoint.processOffer(apart());
    expect(services.host.objects.get(SECOND)).toMatchObject({
      className: "WebRtcEndpoint",
      params: { ioThread: 0, certificateKeyType: "RSA" },
    });
    expect(remotes).toMatchObject([
      { ice: { ufrag: "abcd" }, streams: [{ medium: "audio", number: 0 }] },
      { ice: { ufrag: "ufr0" }, streams: [{ medium: "video", number: 0 }] },
    ]);
    await endpoint.release();
    expect(services.host.takeCalls().slice(-2)).toEqual([`release ${SECOND}`, "release endpoint"]);
  });

  it("has one transport for what is bundled", async () => {
    await endpoint.processOffer(chromiumOffer());
    expect(services.host.objects.has(SECOND)).toBe(false);
  });

  it("announces and takes candidates for the m-lines of each transport", async () => {
    await endpoint.processOffer(apart());
    services.host.takeCalls();
    await endpoint.gatherCandidates();
    expect(services.host.takeCalls()).toEqual([
      "invoke endpoint gather",
      `invoke ${SECOND} gather`,
    ]);
    const candidate = "candidate:1 1 UDP 1 192.0.2.1 40404 typ host";
    emit("endpoint", "localCandidate", { candidate });
    emit(SECOND, "localCandidate", { candidate: candidate.replace("40404", "40405") });
    const lines = eventsOf("IceCandidateFound").map(
      ({ candidate: found }) => (found as { readonly sdpMLineIndex: number }).sdpMLineIndex,
    );
    expect(lines).toEqual([0, 1]);
    emit("endpoint", "gatheringDone", {});
    expect(eventsOf("IceGatheringDone")).toHaveLength(0);
    emit(SECOND, "gatheringDone", {});
    expect(eventsOf("IceGatheringDone")).toHaveLength(1);
    expect((await endpoint.getLocalSessionDescriptor()).match(/m=\w+ \d+/g)).toEqual([
      "m=audio 40404",
      "m=video 40405",
    ]);
    await endpoint.addIceCandidate({ candidate, sdpMid: "1", sdpMLineIndex: 1 });
    await endpoint.addIceCandidate({ candidate: "", sdpMid: "0", sdpMLineIndex: 0 });
    expect(services.host.takeCalls()).toEqual([
      `invoke ${SECOND} addRemoteCandidate`,
      "invoke endpoint endOfRemoteCandidates",
    ]);
  });

  it("is connected when all its transports are, and tells the state of each", async () => {
    await endpoint.processOffer(apart());
    for (const id of ["endpoint", SECOND]) {
      expect(endpoint.getConnectionState()).toBe("DISCONNECTED");
      emit(id, "iceStateChanged", { state: "READY" });
      emit(id, "dtlsStateChanged", { state: "CONNECTED" });
    }
    expect(endpoint.getConnectionState()).toBe("CONNECTED");
    expect(endpoint.getIceConnectionState().map(({ streamId }) => streamId)).toEqual(["1", "2"]);
    expect(endpoint.getDtlsConnectionState().map(({ streamId }) => streamId)).toEqual(["1", "2"]);
    emit("endpoint", "mediaStateChanged", { state: "CONNECTED" });
    emit(SECOND, "mediaStateChanged", { state: "CONNECTED" });
    emit("endpoint", "mediaStateChanged", { state: "DISCONNECTED" });
    expect(endpoint.getMediaState()).toBe("CONNECTED");
    emit(SECOND, "mediaStateChanged", { state: "DISCONNECTED" });
    expect(endpoint.getMediaState()).toBe("DISCONNECTED");
  });

  it("is linked where each medium has its transport", async () => {
    await endpoint.processOffer(apart());
    emit(SECOND, "sourceFormat", { medium: "video", number: 0, kind: "rtp", format: vp8 });
    emit(SECOND, "flow", { medium: "video", number: 0, direction: "out", flowing: true });
    await endpoint.connect(endpoint);
    expect(Object.fromEntries(services.host.links)).toEqual({ [`${SECOND} video`]: SECOND });
    expect(endpoint.isMediaFlowingOut("VIDEO")).toBe(true);
  });

  it("opens data channels where data is", async () => {
    await endpoint.processOffer(apart({ extraMedia: chromiumData("2") }));
    services.host.takeCalls();
    await endpoint.createDataChannel("chat");
    expect(services.host.takeCalls()).toEqual(["invoke endpoint/transport-2 createDataChannel"]);
    await endpoint.connect(endpoint, "DATA");
    const third = "endpoint/transport-2";
    expect(Object.fromEntries(services.host.links)).toEqual({ [`${third} data`]: third });
  });

  it("restarts ICE on the transport that the peer restarts", async () => {
    services.host.answer("restartIce", () => ({
      ice: { ufrag: "anew", pwd: "anewpasswordanewpasswd" },
    }));
    await endpoint.processOffer(apart());
    services.host.takeCalls();
    const again = apart({ origin: "4 2" }).replace("ice-ufrag:ufr0", "ice-ufrag:more");
    const answer = await endpoint.processOffer(again);
    expect(services.host.takeCalls().filter((call) => call.endsWith("restartIce"))).toEqual([
      `invoke ${SECOND} restartIce`,
    ]);
    expect(answer.match(/a=ice-ufrag:.*/g)).toEqual(["a=ice-ufrag:ours", "a=ice-ufrag:anew"]);
  });
});
