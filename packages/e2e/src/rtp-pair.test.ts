// Audio from one RtpEndpoint to another, and the ports that they take: Kurento's test_rtpendpoint_audio and the ports of
// its test_rtpendpoint, under their names.
import { join } from "node:path";
import type { KurentoElement } from "kurento-client";
import { beforeAll, describe, expect, it } from "vitest";
import { kurento, nextEvent, subscribed } from "./support/kurento.js";
import { makeWebm } from "./support/media.js";
import { TestPipeline } from "./support/test-pipeline.js";

const MIN_PORT = 44_000;
const MAX_PORT = 44_099;
const sdes = kurento.getComplexType("SDES");

const settings = { BaseRtpEndpoint: { minPort: MIN_PORT, maxPort: MAX_PORT } };
const test = new TestPipeline({ modules: { kurento: settings } });
let clip: string;

beforeAll(async () => {
  clip = join(test.server.folder, "clip.webm");
  const size = { width: 160, height: 120, frameRate: 5 };
  await makeWebm({ path: clip, seconds: 10, colour: 0xff00ff00, frequency: 500, size });
});

async function play(sink: KurentoElement): Promise<void> {
  const player = await test.pipeline.create("PlayerEndpoint", { uri: `file://${clip}` });
  await player.connect(sink);
  await player.play();
}

/** Resolves when audio comes out of the endpoint. */
async function hears(endpoint: KurentoElement): Promise<unknown> {
  const flowing = nextEvent(
    endpoint,
    "MediaFlowOutStateChanged",
    ({ state, mediaType }) => state === "FLOWING" && mediaType === "AUDIO",
  );
  await subscribed(endpoint);
  return flowing;
}

/** Negotiates Opus alone between two endpoints; `change` makes the offer one-way. */
async function negotiate(
  offerer: KurentoElement,
  answerer: KurentoElement,
  change: (offer: string) => string = (offer) => offer,
): Promise<string> {
  const offer = change(await offerer.generateOffer());
  const answer = await answerer.processOffer(offer);
  expect(answer).toMatch(/a=rtpmap:96 opus\/48000/i);
  await offerer.processAnswer(answer);
  return answer;
}

const sendonly = (offer: string): string => offer.replaceAll("a=sendrecv", "a=sendonly");

describe("audio between two RtpEndpoints", () => {
  it.each([
    ["opus_sendonly_play_before_negotiation", true],
    ["opus_sendonly_play_after_negotiation", false],
  ])("%s", async (_name, isPlayedFirst) => {
    const offerer = await test.pipeline.create("RtpEndpoint");
    const answerer = await test.pipeline.create("RtpEndpoint");
    const heard = hears(answerer);
    if (isPlayedFirst) await play(offerer);
    expect(await negotiate(offerer, answerer, sendonly)).toContain("a=recvonly");
    if (!isPlayedFirst) await play(offerer);
    await heard;
  });

  it.each([
    ["opus_sendrecv", {}],
    ["opus_sendrecv_ipv6", { useIpv6: true, crypto: sdes({ crypto: "AES_128_CM_HMAC_SHA1_80" }) }],
  ])("%s: both are heard", async (_name, params) => {
    const offerer = await test.pipeline.create("RtpEndpoint", { ...params });
    const answerer = await test.pipeline.create("RtpEndpoint", { ...params });
    const heard = [hears(offerer), hears(answerer)];
    await negotiate(offerer, answerer);
    await play(offerer);
    await play(answerer);
    await Promise.all(heard);
  });
});

describe("ports", () => {
  it("test_port_range: those of two offers are within the range, and distinct", async () => {
    const offers = [];
    for (let count = 0; count < 2; count++) {
      const endpoint = await test.pipeline.create("RtpEndpoint");
      offers.push(await endpoint.generateOffer());
    }
    const ports = offers.flatMap((offer) =>
      [...offer.matchAll(/^(?:m=\w+ |a=rtcp:)(\d+)/gm)].map(([, port]) => Number(port)),
    );
    expect(new Set(ports).size).toBe(8);
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(MIN_PORT);
      expect(port).toBeLessThanOrEqual(MAX_PORT);
    }
  });
});
