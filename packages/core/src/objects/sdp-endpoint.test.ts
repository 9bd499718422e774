import { beforeEach, describe, expect, it } from "vitest";

import { coreModule, sdpEndpointSpec } from "../generated/index.js";
import type { ClassSpec } from "../model/schema-types.js";
import { testServices } from "../testing/test-services.js";
import type { TestServices } from "../testing/test-services.js";
import { BaseRtpEndpoint } from "./base-rtp-endpoint.js";
import { MediaPipeline } from "./media-pipeline.js";
import { UriEndpoint } from "./uri-endpoint.js";

class RtpEndpoint extends BaseRtpEndpoint {
  failure: Error | undefined;
  continuedOffer: string | undefined;
  mayOffer = false;
  override get spec(): ClassSpec {
    return sdpEndpointSpec;
  }
  protected override async makeOffer(): Promise<string> {
    return this.#sdp("offer");
  }
  protected override async answerOffer(): Promise<string> {
    return this.#sdp("answer");
  }
  protected override async acceptAnswer(): Promise<string> {
    return this.#sdp("updated");
  }
  protected override continuesSession(offer: string): boolean {
    return offer === this.continuedOffer;
  }
  protected override get mayOfferAgain(): boolean {
    return this.mayOffer;
  }
  #sdp(name: string): string {
    if (this.failure !== undefined) throw this.failure;
    return `v=0\r\ns=${name}\r\n`;
  }
}

class FileEndpoint extends UriEndpoint {
  override get spec(): ClassSpec {
    return sdpEndpointSpec;
  }
  get uri(): string {
    return this.effectiveUri;
  }
  override async initialize(): Promise<void> {
    await this.createNative("File");
  }
}

const remote = "v=0\r\ns=remote\r\n";
let services: TestServices;
let pipeline: MediaPipeline;
let endpoint: RtpEndpoint;

beforeEach(() => {
  services = testServices([coreModule], {
    kurento: { UriEndpoint: { defaultPath: "file:///media/" } },
  });
  pipeline = new MediaPipeline(services.context("pipeline"));
  endpoint = new RtpEndpoint(services.context("rtp", pipeline));
});

describe("SdpEndpoint", () => {
  it("duplicate_offer, duplicate_answer, check_state_machine: offers once and takes one answer", async () => {
    expect(() => endpoint.getLocalSessionDescriptor()).toThrow(
      expect.objectContaining({ code: 40202 }),
    );
    expect(() => endpoint.getRemoteSessionDescriptor()).toThrow(
      expect.objectContaining({ code: 40203 }),
    );
    expect(await endpoint.generateOffer()).toContain("offer");
    await expect(endpoint.generateOffer()).rejects.toMatchObject({ code: 40208 });
    await expect(endpoint.processOffer(remote)).rejects.toMatchObject({ code: 40208 });
    expect(await endpoint.processAnswer(remote)).toContain("updated");
    await expect(endpoint.processAnswer(remote)).rejects.toMatchObject({ code: 40210 });
    expect(endpoint.getRemoteSessionDescriptor()).toBe(remote);
    expect(endpoint.getLocalSessionDescriptor()).toContain("updated");
    expect(services.events.map(({ type }) => type)).toEqual(["MediaSessionStarted"]);
  });

  it("process_answer_without_offer, check_state_machine: an answer needs an offer, which is answered once", async () => {
    await expect(endpoint.processAnswer(remote)).rejects.toMatchObject({ code: 40209 });
    expect(await endpoint.processOffer(remote)).toContain("answer");
    await expect(endpoint.processOffer(remote)).rejects.toMatchObject({ code: 40208 });
  });

  it("negotiates again where the class allows it, as one session", async () => {
    endpoint.continuedOffer = remote;
    endpoint.mayOffer = true;
    await endpoint.processOffer(remote);
    await endpoint.processOffer(remote);
    await expect(endpoint.processOffer(`${remote}t=0 0\r\n`)).rejects.toMatchObject({
      code: 40208,
    });
    await endpoint.generateOffer();
    await expect(endpoint.generateOffer()).rejects.toMatchObject({ code: 40208 });
    await endpoint.processAnswer(remote);
    expect(services.events.map(({ type }) => type)).toEqual(["MediaSessionStarted"]);
  });

  it.each([
    ["", "Empty offer not valid"],
    ["broken", "Invalid SDP"],
    ["s=no version\r\n", "Invalid SDP"],
  ])("invalid_sdp: refuses '%s'", async (sdp, message) => {
    await expect(endpoint.processOffer(sdp)).rejects.toMatchObject({ code: 40201, message });
    const answer = endpoint.processAnswer(sdp);
    const asAnswer = { code: 40201, message: message.replace("offer", "answer") };
    await expect(answer).rejects.toMatchObject(asAnswer);
  });

  it("says what failed, and can be tried again", async () => {
    endpoint.failure = new Error("odd");
    await expect(endpoint.generateOffer()).rejects.toMatchObject({
      code: 40204,
      message: "Error generating offer",
    });
    await expect(endpoint.processOffer(remote)).rejects.toMatchObject({
      code: 40205,
      message: "Error processing offer",
    });
    endpoint.failure = undefined;
    await endpoint.generateOffer();
    endpoint.failure = new Error("odd");
    await expect(endpoint.processAnswer(remote)).rejects.toMatchObject({ code: 40206 });
  });
});

describe("BaseRtpEndpoint", () => {
  it("keeps bandwidths as Kurento does", async () => {
    await endpoint.setMinVideoRecvBandwidth(300);
    expect(endpoint.getMinVideoRecvBandwidth()).toBe(100);
    await endpoint.setMinVideoSendBandwidth(900);
    expect(endpoint.getMinVideoSendBandwidth()).toBe(500);
    await endpoint.setMaxVideoSendBandwidth(10);
    expect(endpoint.getMaxVideoSendBandwidth()).toBe(500);
    await endpoint.setMinVideoSendBandwidth(-5);
    expect(endpoint.getMinVideoSendBandwidth()).toBe(500);
    await endpoint.setMaxVideoSendBandwidth(0);
    expect(endpoint.getMaxVideoSendBandwidth()).toBe(0);
    expect(endpoint.getMtu()).toBe(1200);
  });

  it("test_remb_params: fills REMB parameters once some are set", async () => {
    expect(endpoint.getRembParams()).toEqual({});
    await endpoint.setRembParams({ upLosses: 20 });
    expect(endpoint.getRembParams()).toMatchObject({ upLosses: 20, rembOnConnect: 300_000 });
  });

  it("refuses keyframe requests without a source", async () => {
    await expect(endpoint.requestKeyframe()).rejects.toMatchObject({ code: 40111 });
  });
});

describe("UriEndpoint", () => {
  it.each([
    ["file:///tmp/a.webm", "file:///tmp/a.webm"],
    ["a.webm", "file:///media/a.webm"],
    ["dir%2Fa.webm", "file:///media/dir/a.webm"],
    ["http://host/a%2Fb?x=1", "http://host/a/b?x=1"],
  ])("opens %s as %s", (uri, opened) => {
    const file = new FileEndpoint(services.context("file", pipeline), { uri });
    expect([file.uri, file.getUri()]).toEqual([opened, uri]);
  });

  it("tells each real change of state", async () => {
    const file = new FileEndpoint(services.context("file", pipeline), { uri: "a" });
    await file.initialize();
    for (const state of ["STOP", "START", "START", "PAUSE"])
      services.host.emit("file", "state", { state });
    expect(file.getState()).toBe("PAUSE");
    expect(services.events.map(({ type, data }) => [type, data["state"]])).toEqual([
      ["UriEndpointStateChanged", "START"],
      ["UriEndpointStateChanged", "PAUSE"],
    ]);
  });
});
