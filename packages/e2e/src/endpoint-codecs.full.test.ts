// Each video codec that GStreamer can send, from one WebRtcEndpoint to another, one way and both: the rest of Kurento's
// test_webrtcendpoint, under its names. With browsers (AV1 too): codecs.full.test.ts.
import type { KurentoElement } from "kurento-client";
import { expect, it } from "vitest";
import { nextEvent, subscribed } from "./support/kurento.js";
import { destinationOf, gstreamer, liveColour, offerOf, sendTo } from "./support/rtp-peers.js";
import { TestPipeline } from "./support/test-pipeline.js";

const GREEN_ARGB = 0xff00ff00;
const ENCODERS = {
  H265: "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph265pay pt=96 mtu=1200 config-interval=-1",
  VP8: "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay pt=96 mtu=1200",
  VP9: "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp9pay pt=96 mtu=1200",
} as const;
const CODECS = Object.keys(ENCODERS).map((name) => ({ name: `${name}/90000` }));

const settings = {
  SdpEndpoint: { videoCodecs: CODECS },
  WebRtcEndpoint: { "enable-h265": true },
};
const test = new TestPipeline({ modules: { kurento: settings } });

type Codec = keyof typeof ENCODERS;
interface Way {
  /** Constructor parameters of the offerer. */
  readonly offers: object;
  readonly answerSays: string;
  readonly isBothWays: boolean;
}

const ONE_WAY: Way = { offers: { sendonly: true }, answerSays: "recvonly", isBothWays: false };
const BOTH_WAYS: Way = { offers: {}, answerSays: "sendrecv", isBothWays: true };
/** Both could send, one does. */
const HALF_USED: Way = { ...BOTH_WAYS, isBothWays: false };

// Parameters are given as copies: the client writes the pipeline into what it gets.

/** Gives each endpoint the candidates of the other, then negotiates that codec alone. */
async function call(
  codec: Codec,
  offerer: KurentoElement,
  answerer: KurentoElement,
): Promise<string> {
  offerer.on("IceCandidateFound", ({ candidate }) => void answerer.addIceCandidate(candidate));
  answerer.on("IceCandidateFound", ({ candidate }) => void offerer.addIceCandidate(candidate));
  await Promise.all([subscribed(offerer), subscribed(answerer)]);
  const answer = await answerer.processOffer(onlyVideo(codec, await offerer.generateOffer()));
  await offerer.processAnswer(answer);
  await Promise.all([offerer.gatherCandidates(), answerer.gatherCandidates()]);
  return answer;
}

/** Leaves one codec in the video m-line. */
function onlyVideo(codec: Codec, offer: string): string {
  const [, format = ""] = new RegExp(`a=rtpmap:(\\d+) ${codec}/`).exec(offer) ?? [];
  return offer.replace(/(m=video \d+ \S+) .*/, `$1 ${format}`);
}

/** Sends pictures of that codec into the endpoint until it is disposed of. */
async function send(codec: Codec, into: KurentoElement): Promise<AsyncDisposable> {
  const ingest = await test.pipeline.create("RtpEndpoint");
  await ingest.connect(into);
  const line = { kind: "video", port: 9, payloadType: 96, codec: `${codec}/90000` } as const;
  const answer = await ingest.processOffer(offerOf([{ ...line, attributes: ["sendonly"] }]));
  const to = sendTo(destinationOf(answer, "video"));
  return gstreamer(`${liveColour(GREEN_ARGB)} ! ${ENCODERS[codec]} ! ${to}`);
}

async function shows(endpoint: KurentoElement): Promise<unknown> {
  const flowing = nextEvent(
    endpoint,
    "MediaFlowOutStateChanged",
    ({ state, mediaType }) => state === "FLOWING" && mediaType === "VIDEO",
  );
  await subscribed(endpoint);
  return flowing;
}

it.each([
  ["h265_sendonly_recvonly", "H265", ONE_WAY],
  ["h265_sendrecv", "H265", BOTH_WAYS],
  ["h265_sendrecv_but_sendonly", "H265", HALF_USED],
  ["vp8_sendonly_recvonly", "VP8", ONE_WAY],
  ["vp8_sendrecv", "VP8", BOTH_WAYS],
  ["vp8_sendrecv_but_sendonly", "VP8", HALF_USED],
  ["vp9_sendonly_recvonly", "VP9", ONE_WAY],
  ["vp9_sendrecv", "VP9", BOTH_WAYS],
  ["vp9_sendrecv_but_sendonly", "VP9", HALF_USED],
] as const)(
  "%s: pictures arrive at each end that is sent some",
  async (_name, codec, { offers, answerSays, isBothWays }) => {
    const offerer = await test.pipeline.create("WebRtcEndpoint", { ...offers });
    const answerer = await test.pipeline.create("WebRtcEndpoint");
    const shown = [shows(answerer), ...(isBothWays ? [shows(offerer)] : [])];
    const [, video = ""] = (await call(codec, offerer, answerer)).split("m=video ");
    expect(video).toContain(`a=${answerSays}\r\n`);
    expect(video).toContain(` ${codec}/90000\r\n`);
    await using _forth = await send(codec, offerer);
    await using _back = isBothWays ? await send(codec, answerer) : undefined;
    await Promise.all(shown);
  },
);
