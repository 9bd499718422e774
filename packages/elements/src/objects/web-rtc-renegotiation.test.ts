import { MediaPipeline, coreModule } from "@kms/core";
import type { NativeMap } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { WebRtcEndpointParams } from "../generated/web-rtc-endpoint.js";
import { CHROMIUM_FINGERPRINT, chromiumOffer, chromiumVideo } from "../sdp/sdp.fixtures.js";
import { WebRtcEndpoint } from "./web-rtc-endpoint.js";

const LOCAL = {
  ice: { ufrag: "ours", pwd: "ourpasswordourpassword" },
  fingerprint: { algorithm: "sha-256", value: "00:11" },
  cname: "cname",
  ssrc: { audio: 11, video: 22 },
};
const RESTARTED = { ice: { ufrag: "anew", pwd: "anewpasswordanewpasswd" } };
const CANDIDATE = "candidate:1 1 UDP 2015363327 192.0.2.1 40404 typ host";
const AGAIN = { kurento: { SdpEndpoint: { renegotiation: true } } };

let services: TestServices;
let endpoint: WebRtcEndpoint;
let remotes: NativeMap[];

async function create(config = {}): Promise<WebRtcEndpoint> {
  services = testServices([coreModule, elementsModule], config);
  services.host.answer("localParameters", () => LOCAL);
  services.host.answer("restartIce", () => RESTARTED);
  remotes = [];
  services.host.answer("setRemote", (args) => {
    remotes.push(args);
    return null;
  });
  const pipeline = new MediaPipeline(services.context("pipeline"));
  const context = services.context("endpoint", pipeline);
  const made = new WebRtcEndpoint(context, {} as WebRtcEndpointParams);
  await made.initialize();
  return made;
}

/** A Chromium's offer of that version; the first one has number 2. */
function offer(version: number, changes: Parameters<typeof chromiumOffer>[0] = {}): string {
  return chromiumOffer({ ...changes, origin: `2898280812355830599 ${version}` });
}

/** Calls of native methods since the last time. */
function nativeCalls(): string[] {
  return services.host
    .takeCalls()
    .filter((call) => call.startsWith("invoke endpoint "))
    .map((call) => call.slice("invoke endpoint ".length));
}

/** What an endpoint with that fingerprint answers. */
async function answerOf(text: string, fingerprint = LOCAL.fingerprint): Promise<string> {
  const others = testServices([coreModule, elementsModule]);
  others.host.answer("localParameters", () => ({ ...LOCAL, fingerprint }));
  const pipeline = new MediaPipeline(others.context("other"));
  const other = new WebRtcEndpoint(
    others.context("answerer", pipeline),
    {} as WebRtcEndpointParams,
  );
  await other.initialize();
  return other.processOffer(text);
}

beforeEach(async () => {
  endpoint = await create();
});

describe("a further offer", () => {
  it.each([
    ["the same version", "2898280812355830599 2"],
    ["a lower version", "2898280812355830599 1"],
    ["another session", "2898280812355830600 3"],
    ["no version", "2898280812355830599 "],
  ])("with %s is refused with 40208", async (_what, origin) => {
    await endpoint.processOffer(offer(2));
    const again = endpoint.processOffer(chromiumOffer({ origin }));
    await expect(again).rejects.toMatchObject({
      code: 40208,
      message: "Endpoint already negotiated",
    });
    expect(remotes).toHaveLength(1);
  });

  it("with a higher version adds video to an audio call", async () => {
    const audioOnly = offer(2, { video: ["a=rtpmap:96 H261/90000"] });
    expect(await endpoint.processOffer(audioOnly)).toMatch(/o=- \d+ 1 /);
    expect(endpoint.accepts("video")?.formats).toEqual([]);
    const answer = await endpoint.processOffer(offer(3));
    expect(answer).toMatch(/o=- \d+ 2 /);
    expect(remotes[1]).toMatchObject({ streams: [{ medium: "audio" }, { medium: "video" }] });
    expect(endpoint.accepts("video")?.formats[0]?.codec).toBe("VP8");
    expect(nativeCalls()).not.toContain("restartIce");
    expect(services.events.filter(({ type }) => type === "MediaSessionStarted")).toHaveLength(1);
  });

  it("compares versions beyond 2^53", async () => {
    await endpoint.processOffer(chromiumOffer({ origin: "1 18446744073709551614" }));
    await endpoint.processOffer(chromiumOffer({ origin: "1 18446744073709551615" }));
    expect(remotes).toHaveLength(2);
  });

  it("takes media away again", async () => {
    await endpoint.processOffer(offer(2));
    const inactive = offer(3, { direction: "inactive" });
    expect(await endpoint.processOffer(inactive)).toContain("a=inactive");
    expect(remotes[1]).toMatchObject({ streams: [{ direction: "inactive" }, {}] });
    expect(endpoint.accepts("video")?.formats).toEqual([]);
  });

  it("keeps the m-line that carries video when another one joins before it stops", async () => {
    const extra = { extraMedia: chromiumVideo("2"), extraMids: " 2" };
    await endpoint.processOffer(offer(2));
    await endpoint.processOffer(offer(3, extra));
    expect(remotes[1]).toMatchObject({ streams: [{}, { mid: "1" }] });
    const moved = offer(4, extra).replace(/(m=video.*?)a=sendrecv/s, "$1a=inactive");
    await endpoint.processOffer(moved);
    expect(remotes[2]).toMatchObject({ streams: [{}, { mid: "2" }] });
  });

  it("keeps our side of DTLS and ICE, whatever it proposes", async () => {
    await endpoint.generateOffer();
    const answer = await answerOf(endpoint.getLocalSessionDescriptor());
    await endpoint.processAnswer(answer);
    expect(remotes[0]).toMatchObject({ iceRole: "controlling", dtls: { role: "server" } });
    const [, session = "", version = ""] = /o=- (\d+) (\d+)/.exec(answer) ?? [];
    const next = answer
      .replace(`${session} ${version}`, `${session} ${Number(version) + 1}`)
      .replaceAll("a=setup:active", "a=setup:actpass");
    expect(await endpoint.processOffer(next)).toContain("a=setup:passive");
    expect(remotes[1]).toMatchObject({ iceRole: "controlling", dtls: { role: "server" } });
  });

  it("changes nothing when it cannot be answered", async () => {
    await endpoint.processOffer(offer(2));
    const other = offer(3).replaceAll(/sha-256 10/g, "sha-256 FF");
    await expect(endpoint.processOffer(other)).rejects.toMatchObject({
      code: 40205,
      message: expect.stringContaining("fingerprint") as string,
    });
    expect(remotes).toHaveLength(1);
    await endpoint.processOffer(offer(3));
    expect(remotes).toHaveLength(2);
  });

  it("with new credentials restarts ICE before the answer, which names what was gathered", async () => {
    await endpoint.processOffer(offer(2));
    await endpoint.gatherCandidates();
    services.host.emit("endpoint", "localCandidate", { candidate: CANDIDATE });
    nativeCalls();
    const answer = await endpoint.processOffer(offer(3, { ufrag: "efgh" }));
    expect(nativeCalls().slice(0, 2)).toEqual(["restartIce", "setRemote"]);
    expect(answer).toContain("a=ice-ufrag:anew\r\n");
    expect(answer).toContain(`a=${CANDIDATE}\r\n`);
    expect(remotes[1]).toMatchObject({ ice: { ufrag: "efgh" }, dtls: { role: "client" } });
    expect(endpoint.getLocalSessionDescriptor()).toContain("a=ice-ufrag:anew\r\n");
  });
});

describe("a further offer of ours", () => {
  it("is refused with 40208 unless it is configured", async () => {
    await endpoint.processOffer(offer(2));
    await expect(endpoint.generateOffer()).rejects.toMatchObject({ code: 40208 });
  });

  it("goes on with the session", async () => {
    endpoint = await create(AGAIN);
    await endpoint.processOffer(offer(2));
    const again = await endpoint.generateOffer();
    expect(again).toMatch(/o=- \d+ 2 /);
    expect(again).toContain("a=mid:1\r\n");
    await expect(endpoint.generateOffer()).rejects.toMatchObject({ code: 40208 });
    await endpoint.processAnswer(await answerOf(again, CHROMIUM_FINGERPRINT));
    expect(remotes).toHaveLength(2);
    await expect(endpoint.processAnswer(offer(2))).rejects.toMatchObject({ code: 40210 });
    expect(await endpoint.generateOffer()).toMatch(/o=- \d+ 3 /);
  });

  it("gives way to one of the other side", async () => {
    endpoint = await create(AGAIN);
    await endpoint.processOffer(offer(2));
    await endpoint.generateOffer();
    expect(await endpoint.processOffer(offer(3))).toMatch(/o=- \d+ 3 /);
    await expect(endpoint.processAnswer(offer(2))).rejects.toMatchObject({ code: 40210 });
  });

  it.each(["FAILED", "DISCONNECTED"])("restarts ICE when that is %s", async (state) => {
    endpoint = await create(AGAIN);
    await endpoint.processOffer(offer(2));
    services.host.emit("endpoint", "iceStateChanged", { state: "READY" });
    expect(await endpoint.generateOffer()).toContain("a=ice-ufrag:ours\r\n");
    await endpoint.processOffer(offer(3));
    services.host.emit("endpoint", "iceStateChanged", { state });
    expect(await endpoint.generateOffer()).toContain("a=ice-ufrag:anew\r\n");
  });
});
