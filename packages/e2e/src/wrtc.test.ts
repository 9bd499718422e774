// @roamhq/wrtc, WebRTC for Node, as a second peer that shares nothing with the browser: other release, other network code.
import wrtc from "@roamhq/wrtc";
import type { KurentoElement } from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient, kurento } from "./support/kurento.js";
import { Server } from "./support/server.js";

const { RTCVideoSink, RTCVideoSource } = wrtc.nonstandard;
const WIDTH = 320;
const HEIGHT = 240;
const FRAME_INTERVAL_MS = 33;
const GREY = 128;
const BRIGHT = 200;

/** A picture in the layout I420. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A picture of one brightness, until it is stopped. */
function brightTrack(): { track: MediaStreamTrack; stop(): void } {
  const source = new RTCVideoSource();
  const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(GREY);
  data.fill(BRIGHT, 0, WIDTH * HEIGHT);
  const timer = setInterval(() => {
    source.onFrame({ width: WIDTH, height: HEIGHT, data });
  }, FRAME_INTERVAL_MS);
  return { track: source.createTrack(), stop: () => clearInterval(timer) };
}

/** Brightness in the middle of the first frame of full size. */
function receivedBrightness(track: MediaStreamTrack): Promise<number> {
  const sink = new RTCVideoSink(track);
  return new Promise((resolve) => {
    // The library's types leave out what the event carries.
    sink.addEventListener("frame", (event: Event & { frame?: Frame }) => {
      const { frame } = event;
      if (frame?.width !== WIDTH) return;
      sink.stop();
      resolve(frame.data[(frame.height / 2) * frame.width + frame.width / 2] ?? 0);
    });
  });
}

/** Exchanges candidates both ways; ours wait for the peer's remote description. */
function trickle(peer: RTCPeerConnection, endpoint: KurentoElement): { ready(): void } {
  const toIceCandidate = kurento.getComplexType("IceCandidate");
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  peer.onicecandidate = ({ candidate }): void => {
    if (candidate) void endpoint.addIceCandidate(toIceCandidate(candidate.toJSON()));
  };
  endpoint.on("IceCandidateFound", ({ candidate }) => {
    void isReady.then(() => peer.addIceCandidate(candidate));
  });
  return { ready };
}

describe("@roamhq/wrtc", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it.each(["it offers", "the server offers"])("gets its picture back when %s", async (who) => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    await endpoint.connect(endpoint);
    const peer = new wrtc.RTCPeerConnection();
    const camera = brightTrack();
    const candidates = trickle(peer, endpoint);
    const returned = new Promise<MediaStreamTrack>((resolve) => {
      peer.ontrack = ({ track }): void => {
        if (track.kind === "video") resolve(track);
      };
    });
    peer.addTrack(camera.track);
    if (who === "it offers") {
      const offer = await peer.createOffer();
      await peer.setLocalDescription(offer);
      const sdp = await endpoint.processOffer(offer.sdp ?? "");
      await peer.setRemoteDescription({ type: "answer", sdp });
    } else {
      await peer.setRemoteDescription({ type: "offer", sdp: await endpoint.generateOffer() });
      const answer = await peer.createAnswer();
      await peer.setLocalDescription(answer);
      await endpoint.processAnswer(answer.sdp ?? "");
    }
    candidates.ready();
    await endpoint.gatherCandidates();
    const brightness = await receivedBrightness(await returned);
    expect(Math.abs(brightness - BRIGHT)).toBeLessThan(10);
    camera.stop();
    peer.close();
    await pipeline.release();
  });
});
