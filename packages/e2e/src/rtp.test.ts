// RtpEndpoint with GStreamer and ffmpeg as peers, and media of all kinds behind it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KurentoObject } from "kurento-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { connectClient, kurento, nextEvent, subscribed } from "./support/kurento.js";
import { decodeVideo, inspect } from "./support/media.js";
import { Peer } from "./support/peer.js";
import {
  destinationOf,
  ffmpeg,
  freePortPair,
  gstreamer,
  halvesOf,
  liveColour,
  liveTone,
  offerOf,
  sendTo,
} from "./support/rtp-peers.js";
import { Server } from "./support/server.js";

const RED = { red: 255, green: 0, blue: 0 };
const RED_ARGB = 0xffff0000;
const TONE = 1000;
const VP8 = "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay pt=96 mtu=1200";
const H264 =
  "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 config-interval=-1 mtu=1200";
const H264_FMTP = "fmtp:96 packetization-mode=1;profile-level-id=42e01f";
const OPUS = "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97";
const PCMU = "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay pt=0";
const SUITE = "AES_CM_128_HMAC_SHA1_80";
const OUR_KEY = Buffer.alloc(30, 5).toString("base64");
const SENDER_KEY = Buffer.alloc(30, 6).toString("base64");
const RECEIVER_KEY = Buffer.alloc(30, 7).toString("base64");

let server: Server;
let folder: string;
beforeAll(async () => {
  server = await Server.start();
  folder = await mkdtemp(join(tmpdir(), "kms-rtp-"));
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

const sdes = kurento.getComplexType("SDES");

function flows(element: KurentoObject, event: string, mediaType: string): Promise<unknown> {
  return nextEvent(
    element,
    event,
    (data) => data["mediaType"] === mediaType && data["state"] === "FLOWING",
  );
}

describe("RTP from GStreamer", () => {
  it.each([
    {
      name: "VP8 and Opus",
      video: { payloader: VP8, codec: "VP8/90000", attributes: [] },
      audio: { payloader: OPUS, codec: "opus/48000/2", payloadType: 97 },
      browserCodec: "VP8",
    },
    {
      name: "H264 and PCMU",
      video: { payloader: H264, codec: "H264/90000", attributes: [H264_FMTP] },
      audio: { payloader: PCMU, codec: "PCMU/8000", payloadType: 0 },
      browserCodec: "H264",
    },
  ] as const)(
    "$name: a browser shows its picture and plays its tone",
    async ({ video, audio, browserCodec }) => {
      await using client = await connectClient(server.url);
      await using browser = await launchBrowser();
      const pipeline = await client.create("MediaPipeline");
      const rtp = await pipeline.create("RtpEndpoint");
      const viewer = await pipeline.create("WebRtcEndpoint");
      await rtp.connect(viewer);
      const answer = await rtp.processOffer(
        offerOf([
          {
            kind: "video",
            protocol: "AVPF",
            port: await freePortPair(),
            payloadType: 96,
            codec: video.codec,
            attributes: [...video.attributes, "sendonly"],
          },
          {
            kind: "audio",
            port: await freePortPair(),
            payloadType: audio.payloadType,
            codec: audio.codec,
            attributes: ["sendonly"],
          },
        ]),
      );
      await using _sender = gstreamer(
        `${liveColour(RED_ARGB)} ! ${video.payloader} ! ${sendTo(destinationOf(answer, "video"))}
         ${liveTone(TONE)} ! ${audio.payloader} ! ${sendTo(destinationOf(answer, "audio"))}`,
      );
      const peer = await Peer.call(await openPage(browser, server.pageUrl), viewer, {
        send: "nothing",
        codec: browserCodec,
      });
      await peer.showsVideo(320);
      await peer.showsColour(0.5, 0.5, RED);
      expect(Math.abs((await peer.loudestFrequency()) - TONE)).toBeLessThan(60);
      const stats = Object.values(await rtp.getStats());
      const received = stats.filter((entry) => (entry as { type: string }).type === "inboundrtp");
      expect(received).toHaveLength(2);
      await pipeline.release();
    },
  );

  it("is recorded, its source learnt from its packets (comedia)", async () => {
    await using client = await connectClient(server.url);
    const path = join(folder, "rtp.webm");
    const pipeline = await client.create("MediaPipeline");
    const rtp = await pipeline.create("RtpEndpoint");
    const recorder = await pipeline.create("RecorderEndpoint", { uri: `file://${path}` });
    await rtp.connect(recorder);
    const attributes = ["sendonly", "direction:active"];
    const answer = await rtp.processOffer(
      offerOf([
        { kind: "video", port: 9, payloadType: 96, codec: "VP8/90000", attributes },
        { kind: "audio", port: 9, payloadType: 97, codec: "opus/48000/2", attributes },
      ]),
    );
    expect(answer.match(/a=direction:passive/g)).toHaveLength(2);
    const media = nextEvent(rtp, "MediaStateChanged");
    const recording = nextEvent(recorder, "Recording");
    const flowing = flows(recorder, "MediaFlowInStateChanged", "VIDEO");
    await subscribed(recorder);
    await using sender = gstreamer(
      `${liveColour(RED_ARGB, 60)} ! ${VP8} ! ${sendTo(destinationOf(answer, "video"))}
       ${liveTone(TONE, 200)} ! ${OPUS} ! ${sendTo(destinationOf(answer, "audio"))}`,
    );
    await recorder.record();
    await recording;
    expect(await media).toMatchObject({ newState: "CONNECTED" });
    await flowing;
    await sender.done();
    await recorder.stopAndWait();
    const facts = await inspect(path);
    expect([...facts.codecs].sort()).toEqual(["audio/x-opus", "video/x-vp8"]);
    // 4 s are sent, from before the recording starts.
    expect(facts.durationSeconds).toBeGreaterThan(1);
    expect(facts.durationSeconds).toBeLessThan(5);
    const pictures = await decodeVideo(path);
    expect(pictures.length).toBeGreaterThan(15);
    for (const [red = 0, green = 255, blue = 255] of pictures.slice(2)) {
      expect(red).toBeGreaterThan(200);
      expect(Math.max(green, blue)).toBeLessThan(60);
    }
    await pipeline.release();
  });
});

describe("RTP to GStreamer", () => {
  it("a browser's picture arrives whole", async () => {
    await using client = await connectClient(server.url);
    await using browser = await launchBrowser();
    const path = join(folder, "halves.rgb");
    const pipeline = await client.create("MediaPipeline");
    const camera = await pipeline.create("WebRtcEndpoint");
    const rtp = await pipeline.create("RtpEndpoint");
    await camera.connect(rtp);
    const port = await freePortPair();
    await using receiver = gstreamer(
      `udpsrc port=${port} caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8
       ! rtpjitterbuffer latency=50 ! rtpvp8depay ! vp8dec ! videoconvert ! videoscale
       ! video/x-raw,format=RGB,width=16,height=16 ! identity eos-after=30 ! filesink location=${path}`,
    );
    await rtp.processOffer(
      offerOf([
        { kind: "video", port, payloadType: 96, codec: "VP8/90000", attributes: ["recvonly"] },
      ]),
    );
    const peer = await Peer.call(await openPage(browser, server.pageUrl), camera, {
      send: "halves",
    });
    await peer.connected();
    await receiver.done();
    const pictures = await halvesOf(path);
    expect(pictures.length).toBeGreaterThanOrEqual(28);
    for (const [left, right] of pictures) {
      expect(left[0]).toBeGreaterThan(180);
      expect(left[2]).toBeLessThan(80);
      expect(right[2]).toBeGreaterThan(180);
      expect(right[0]).toBeLessThan(80);
    }
    await pipeline.release();
  });
});

describe("SRTP with SDES and ffmpeg", () => {
  it("a picture goes from one ffmpeg through two endpoints to another", async () => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const crypto = sdes({ crypto: "AES_128_CM_HMAC_SHA1_80", keyBase64: OUR_KEY });
    const from = await pipeline.create("RtpEndpoint", { crypto });
    const to = await pipeline.create("RtpEndpoint", { crypto });
    await from.connect(to);
    const line = { kind: "video", protocol: "SAVP", payloadType: 96, codec: "VP8/90000" } as const;
    const port = await freePortPair();
    const secured = (key: string, ...more: string[]): string[] => [
      `crypto:1 ${SUITE} inline:${key}`,
      ...more,
    ];
    const answer = await to.processOffer(
      offerOf([{ ...line, port, attributes: secured(RECEIVER_KEY, "recvonly") }]),
    );
    expect(answer).toContain(`a=crypto:1 ${SUITE} inline:${OUR_KEY}`);
    // What ffmpeg is to expect: our key, on its port.
    const description = join(folder, "receiver.sdp");
    await writeFile(description, offerOf([{ ...line, port, attributes: secured(OUR_KEY) }]));
    const path = join(folder, "srtp.rgb");
    await using receiver = ffmpeg(
      `-protocol_whitelist file,rtp,udp,srtp,crypto -i ${description} -frames:v 20 -f rawvideo
       -pix_fmt rgb24 -s 16x16 -y ${path}`,
    );
    const source = destinationOf(
      await from.processOffer(
        offerOf([
          {
            ...line,
            port: await freePortPair(),
            attributes: secured(SENDER_KEY, "sendonly"),
          },
        ]),
      ),
      "video",
    );
    await using _sender = ffmpeg(
      `-re -f lavfi -i color=red:size=320x240:rate=15 -c:v libvpx -deadline realtime -g 15
       -payload_type 96 -f rtp -srtp_out_suite ${SUITE} -srtp_out_params ${SENDER_KEY}
       srtp://${source.ip}:${source.port}?pkt_size=1200`,
    );
    await receiver.done();
    const pictures = await halvesOf(path);
    expect(pictures).toHaveLength(20);
    for (const [[red = 0, green = 255, blue = 255]] of pictures) {
      expect(red).toBeGreaterThan(200);
      expect(Math.max(green, blue)).toBeLessThan(60);
    }
    await pipeline.release();
  });
});

describe("two RtpEndpoints", () => {
  it.each([
    ["RTP over IPv4", {}, "RTP/AVPF"],
    ["RTP over IPv6", { useIpv6: true }, "RTP/AVPF"],
    ["SRTP with random keys", { crypto: sdes({ crypto: "AES_256_CM_HMAC_SHA1_80" }) }, "RTP/SAVPF"],
  ])("loopback, media_state_changes, connection_state_changes: %s", async (_, params, protocol) => {
    await using client = await connectClient(server.url);
    const pipeline = await client.create("MediaPipeline");
    const ingest = await pipeline.create("RtpEndpoint");
    const offerer = await pipeline.create("RtpEndpoint", params);
    const answerer = await pipeline.create("RtpEndpoint", params);
    await ingest.connect(offerer);
    const media = [offerer, answerer].map((each) => nextEvent(each, "MediaStateChanged"));
    const flowing = flows(answerer, "MediaFlowOutStateChanged", "VIDEO");
    await subscribed(answerer);
    await subscribed(offerer);
    const offer = await offerer.generateOffer();
    expect(offer).toContain(` ${protocol} `);
    expect(offer).not.toMatch(/ (0\.0\.0\.0|::)\r/);
    const answer = await answerer.processOffer(offer);
    expect(await offerer.getConnectionState()).toBe("DISCONNECTED");
    await offerer.processAnswer(answer);
    for (const each of [offerer, answerer])
      expect(await each.getConnectionState()).toBe("CONNECTED");
    const video = { kind: "video", payloadType: 96, codec: "VP8/90000" } as const;
    const source = await ingest.processOffer(
      offerOf([{ ...video, port: 9, attributes: ["sendonly"] }]),
    );
    await using _sender = gstreamer(
      `${liveColour(RED_ARGB)} ! ${VP8} ! ${sendTo(destinationOf(source, "video"))}`,
    );
    await flowing;
    for (const each of await Promise.all(media))
      expect(each).toMatchObject({ newState: "CONNECTED" });
    await pipeline.release();
  });
});
