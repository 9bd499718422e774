// Two WebRtcEndpoints of one server that call each other: the behaviours of Kurento's test_webrtc_endpoint and
// test_webrtcendpoint that need no browser, under its names. Those of ICE are in ice-events.test.ts.
import type {
  KurentoConnection,
  KurentoElement,
  KurentoEvent,
  KurentoPipeline,
} from "kurento-client";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectClient, failure, nextEvent, subscribed } from "./support/kurento.js";
import { makeWebm } from "./support/media.js";
import { Server } from "./support/server.js";

let server: Server;
let client: KurentoConnection & AsyncDisposable;
let pipeline: KurentoPipeline;
let clip: string;

beforeAll(async () => {
  server = await Server.start();
  client = await connectClient(server.url);
  clip = join(server.folder, "clip.webm");
  await makeWebm({ path: clip, seconds: 10, colour: 0xff00ff00, frequency: 500 });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  expect(await server.stop()).toBe(0);
});
beforeEach(async () => {
  pipeline = await client.create("MediaPipeline");
});
afterEach(async () => {
  await pipeline.release();
});

interface Pair {
  readonly offerer: KurentoElement;
  readonly answerer: KurentoElement;
}

async function createPair(offers: object = {}, answers: object = {}): Promise<Pair> {
  const offerer = await pipeline.create("WebRtcEndpoint", offers);
  const answerer = await pipeline.create("WebRtcEndpoint", answers);
  for (const [from, to] of [
    [offerer, answerer],
    [answerer, offerer],
  ] as const) {
    from.on("IceCandidateFound", ({ candidate }) => void to.addIceCandidate(candidate));
  }
  await Promise.all([subscribed(offerer), subscribed(answerer)]);
  return { offerer, answerer };
}

async function negotiate({ offerer, answerer }: Pair): Promise<void> {
  await offerer.processAnswer(await answerer.processOffer(await offerer.generateOffer()));
}

async function gather({ offerer, answerer }: Pair): Promise<void> {
  await Promise.all([offerer.gatherCandidates(), answerer.gatherCandidates()]);
}

function isConnected({ newState }: KurentoEvent): boolean {
  return newState === "CONNECTED";
}

function isVideoFlowing({ state, mediaType }: KurentoEvent): boolean {
  return state === "FLOWING" && mediaType === "VIDEO";
}

/** Resolves when `event` of both says that state. */
async function bothReach({ offerer, answerer }: Pair, event: string, state: string): Promise<void> {
  const reached = [offerer, answerer].map((element) =>
    nextEvent(element, event, (data) => data.state === state),
  );
  await Promise.all(reached);
}

/** Plays the clip from one to the other, from when they are connected on: before, it would run out unseen. */
async function playOver(pair: Pair): Promise<void> {
  const connected = bothReach(pair, "DtlsConnectionStateChange", "CONNECTED");
  const player = await pipeline.create("PlayerEndpoint", { uri: `file://${clip}` });
  await player.connect(pair.offerer);
  await gather(pair);
  await connected;
  await player.play();
}

describe("endpoints", () => {
  it.each([
    ["RtpEndpoint", { useIpv6: false }],
    ["WebRtcEndpoint", { certificateKeyType: "RSA", recvonly: true }],
  ])(
    "test_constructors: %s is created with its parameters, and released",
    async (type, parameters) => {
      const endpoint = await pipeline.create(type, { ...parameters });
      expect(await endpoint.getMediaPipeline()).toMatchObject({ id: pipeline.id });
      await endpoint.release();
      expect(await failure((callback) => endpoint.getName(callback))).toMatchObject({
        code: 40101,
      });
    },
  );
});

describe("two endpoints", () => {
  it.each(["RSA", "ECDSA"])(
    "dtls_connection_state_changes: both CONNECTED with %s",
    async (type) => {
      const pair = await createPair({ certificateKeyType: type }, { certificateKeyType: type });
      const connected = bothReach(pair, "DtlsConnectionStateChange", "CONNECTED");
      await negotiate(pair);
      await gather(pair);
      await connected;
    },
  );

  it.each([
    ["client", "actpass"],
    ["server", "active"],
  ])("dtls_quick_connection_dtls_%s: the answerer waits for ICE first", async (_role, setup) => {
    const pair = await createPair();
    const offer = (await pair.offerer.generateOffer()).replaceAll("actpass", setup);
    await pair.offerer.processAnswer(await pair.answerer.processOffer(offer));
    const connected = bothReach(pair, "DtlsConnectionStateChange", "CONNECTED");
    await pair.answerer.gatherCandidates();
    expect(await pair.answerer.getDtlsConnectionState()).toEqual([]);
    await pair.offerer.gatherCandidates();
    await connected;
  });

  it("media_state_changes, test_session_creation: CONNECTED while media flows, gone after release", async () => {
    const pair = await createPair();
    const connected = nextEvent(pair.answerer, "MediaStateChanged", isConnected);
    const flowing = nextEvent(pair.answerer, "MediaFlowOutStateChanged", isVideoFlowing);
    await negotiate(pair);
    await playOver(pair);
    await Promise.all([connected, flowing]);
    await pair.offerer.release();
    expect(await failure((callback) => pair.offerer.getName(callback))).toMatchObject({
      code: 40101,
    });
  });

  it.each([
    ["rsa", "RSA"],
    ["ecdsa", "ECDSA"],
  ])("vp8_sendonly_recvonly_%s: media flows one way", async (_name, type) => {
    const certificate = { certificateKeyType: type };
    const pair = await createPair({ sendonly: true, ...certificate }, certificate);
    const flowing = nextEvent(pair.answerer, "MediaFlowOutStateChanged", isVideoFlowing);
    await negotiate(pair);
    expect(await pair.answerer.getLocalSessionDescriptor()).toContain("a=recvonly");
    await playOver(pair);
    await flowing;
  });

  it("offerer_audio_video_answerer_video: an answerer with video only gets video of an offer of both", async () => {
    const pair = await createPair();
    const flowing = nextEvent(pair.answerer, "MediaFlowOutStateChanged", isVideoFlowing);
    const offer = await pair.offerer.generateOffer();
    // What the answerer does not know it rejects.
    const answer = await pair.answerer.processOffer(
      offer.replace(/m=audio (\d+) (\S+) .*/, "m=audio $1 $2 77"),
    );
    expect(answer).toMatch(/m=audio 0 [^]*m=video 9 /);
    await pair.offerer.processAnswer(answer);
    await playOver(pair);
    await flowing;
  });
});
