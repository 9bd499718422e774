// ICE with a real browser (more ways: ice.full.test.ts; NATs: nat.full.test.ts; restarts: ice-restart.test.ts).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Coturn } from "./support/coturn.js";
import { IceScene, isTcp } from "./support/ice-call.js";
import { nextEvent } from "./support/kurento.js";

let scene: IceScene;
beforeAll(async () => {
  scene = await IceScene.start();
});
afterAll(async () => {
  expect(await scene.stop()).toBe(0);
});

describe("ICE with Chromium", () => {
  it("connects by TCP alone", async () => {
    const { peer, pipeline } = await scene.echo({ tells: isTcp, hears: isTcp });
    expect(await peer.selectedCandidates()).toMatchObject({ protocol: "tcp", remoteType: "host" });
    await pipeline.release();
  });

  it("tells of a wrong turnUrl by an Error event and gathers without it", async () => {
    const pipeline = await scene.client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    const failed = nextEvent(endpoint, "Error");
    const done = nextEvent(endpoint, "IceGatheringDone");
    await endpoint.setTurnUrl("no-password@nowhere");
    await endpoint.generateOffer();
    await endpoint.gatherCandidates();
    expect(await failed).toMatchObject({ type: "UNEXPECTED_ELEMENT_ERROR", errorCode: 13 });
    await done;
    await pipeline.release();
  });
});

describe("ICE through coturn", () => {
  let coturn: Coturn;
  beforeAll(async () => {
    coturn = await Coturn.start();
  });
  afterAll(async () => coturn[Symbol.asyncDispose]());

  it("reaches a browser that uses relays only", async () => {
    const configuration: RTCConfiguration = {
      iceTransportPolicy: "relay",
      iceServers: [coturn.iceServer],
    };
    const { peer, pipeline } = await scene.echo({ configuration });
    expect((await peer.selectedCandidates()).localType).toBe("relay");
    await pipeline.release();
  });

  it("is reached through a relay of its own", async () => {
    const { endpoint, peer, pipeline } = await scene.echo({}, coturn.url("udp"));
    expect((await peer.selectedCandidates()).remoteType).toBe("relay");
    const [pair] = await endpoint.getICECandidatePairs();
    expect(pair?.localCandidate).toContain("typ relay");
    await pipeline.release();
  });
});
