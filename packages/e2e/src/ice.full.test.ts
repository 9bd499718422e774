// More ways of ICE with a real browser: TCP and relays over streams while media flows, mDNS names, redirected relays.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./support/browser.js";
import { Coturn } from "./support/coturn.js";
import { IceScene, isTcp } from "./support/ice-call.js";

let scene: IceScene;
let coturn: Coturn;
beforeAll(async () => {
  scene = await IceScene.start();
  coturn = await Coturn.start();
});
afterAll(async () => {
  await coturn[Symbol.asyncDispose]();
  expect(await scene.stop()).toBe(0);
});

describe("ICE with Chromium, in full", () => {
  it("keeps up the frame rate by TCP alone", async () => {
    const { peer, pipeline } = await scene.echo({ tells: isTcp, hears: isTcp });
    expect((await peer.measureVideo(2)).framesPerSecond).toBeGreaterThanOrEqual(20);
    await pipeline.release();
  });

  it("connects although the browser hides its addresses behind mDNS names", async () => {
    await using browser = await launchBrowser({ mdns: true });
    const told: string[] = [];
    const tells = (candidate: string): boolean => told.push(candidate) > 0;
    const { pipeline } = await scene.echo({ tells }, "", browser);
    expect(told.some((candidate) => candidate.includes(".local "))).toBe(true);
    await pipeline.release();
  });

  it.each(["udp", "tcp", "tls"] as const)(
    "keeps up the frame rate through a relay of its own over %s",
    async (transport) => {
      const { endpoint, peer, pipeline } = await scene.echo({}, coturn.url(transport));
      expect((await peer.selectedCandidates()).remoteType).toBe("relay");
      expect((await peer.measureVideo(2)).framesPerSecond).toBeGreaterThanOrEqual(20);
      const [pair] = await endpoint.getICECandidatePairs();
      expect(pair?.localCandidate).toContain("typ relay");
      await pipeline.release();
    },
  );

  it.each(["udp", "tcp"] as const)(
    "follows a TURN server that names another one, over %s",
    async (transport) => {
      await using first = await Coturn.start(coturn.ip, [], { alternate: coturn });
      const { peer, pipeline } = await scene.echo({}, first.url(transport));
      expect((await peer.selectedCandidates()).remoteType).toBe("relay");
      await pipeline.release();
    },
  );
});
