// The sources of the matrix: browsers, senders of plain RTP, and files and cameras that play.
import { join } from "node:path";
import { openPage } from "../browser.js";
import { makeMkv, makeMp4, makeWebm } from "../media.js";
import type { ClipOptions } from "../media.js";
import { Peer } from "../peer.js";
import type { Pixel, VideoCodec } from "../peer.js";
import { destinationOf, gstreamer, offerOf, sendTo } from "../rtp-peers.js";
import { RtspServer } from "../rtsp-server.js";
import { SIZE, TONE_HZ } from "./types.js";
import type { Codecs, Medium, Room, Source } from "./types.js";

const CLIP_SECONDS = 60;
const FRAME_RATE = 15;
const CAMERA_FRAME_RATE = 30;

/** Told apart after any encoding; neighbours in the table differ. */
const COLOURS: readonly Pixel[] = [
  { red: 255, green: 0, blue: 0 },
  { red: 0, green: 200, blue: 0 },
  { red: 0, green: 0, blue: 255 },
  { red: 230, green: 130, blue: 0 },
];

function argb({ red, green, blue }: Pixel): number {
  return 0xff000000 + red * 0x10000 + green * 0x100 + blue;
}

/** Makes a source; `colour` is what it shows. */
export type SourceMaker = (room: Room, colour: Pixel) => Promise<Source>;

async function nothing(): Promise<void> {
  return undefined;
}

function webRtc(codec: VideoCodec): SourceMaker {
  return async ({ pipeline, browser, server }, colour) => {
    if (browser === undefined) throw new Error("a WebRTC source needs a browser");
    const endpoint = await pipeline.create("WebRtcEndpoint");
    const page = await openPage(browser, server.pageUrl);
    const css = `rgb(${colour.red}, ${colour.green}, ${colour.blue})`;
    const peer = await Peer.call(page, endpoint, {
      send: "halves",
      colours: [css, css],
      width: SIZE.width,
      frameRate: FRAME_RATE,
      tone: TONE_HZ,
      receive: false,
      codec,
    });
    await peer.connected();
    return {
      name: `WebRTC ${codec}`,
      endpoint,
      codecs: { video: codec.toLowerCase(), audio: "opus" },
      colour,
      framesPerSecond: FRAME_RATE,
      start: nothing,
      [Symbol.asyncDispose]: async () => {
        await page.context().close();
        await endpoint.release();
      },
    };
  };
}

interface Sender {
  readonly kind: Medium;
  readonly codec: string;
  readonly written: string;
  readonly payloadType: number;
  readonly attributes: readonly string[];
  /** Launch text from raw media to packets. */
  readonly text: string;
}

const SENDERS: Readonly<Record<string, Sender>> = {
  H264: {
    kind: "video",
    codec: "H264/90000",
    written: "h264",
    payloadType: 96,
    attributes: ["fmtp:96 packetization-mode=1;profile-level-id=42e01f"],
    text: "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1 ! rtph264pay",
  },
  VP8: {
    kind: "video",
    codec: "VP8/90000",
    written: "vp8",
    payloadType: 96,
    attributes: [],
    text: "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay",
  },
  Opus: {
    kind: "audio",
    codec: "opus/48000/2",
    written: "opus",
    payloadType: 97,
    attributes: [],
    text: "opusenc ! rtpopuspay",
  },
  PCMU: {
    kind: "audio",
    codec: "PCMU/8000",
    written: "pcm_mulaw",
    payloadType: 0,
    attributes: [],
    text: "mulawenc ! rtppcmupay",
  },
  AMR: {
    kind: "audio",
    codec: "AMR/8000/1",
    written: "amr_nb",
    payloadType: 98,
    attributes: ["fmtp:98 octet-align=1"],
    text: "amrnbenc ! rtpamrpay",
  },
};

const SENDER_SETTINGS = {
  video: (colour: Pixel): string =>
    `videotestsrc is-live=true pattern=solid-color foreground-color=${argb(colour)} ! video/x-raw,format=I420,width=${SIZE.width},height=${SIZE.height},framerate=${FRAME_RATE}/1`,
  audio: (): string => `audiotestsrc is-live=true freq=${TONE_HZ} ! audioconvert ! audioresample`,
} as const;

function rtp(name: keyof typeof SENDERS): SourceMaker {
  return async ({ pipeline }, colour) => {
    const { kind, codec, written, payloadType, attributes, text } = SENDERS[name] as Sender;
    const endpoint = await pipeline.create("RtpEndpoint");
    const line = { kind, port: 9, payloadType, codec, attributes: [...attributes, "sendonly"] };
    const to = destinationOf(await endpoint.processOffer(offerOf([line])), kind);
    const raw = SENDER_SETTINGS[kind](colour);
    const tool = gstreamer(`${raw} ! ${text} pt=${payloadType} mtu=1200 ! ${sendTo(to)}`);
    return {
      name: `RTP ${name}`,
      endpoint,
      codecs: { [kind]: written },
      colour,
      framesPerSecond: FRAME_RATE,
      start: nothing,
      [Symbol.asyncDispose]: async () => {
        await tool[Symbol.asyncDispose]();
        await endpoint.release();
      },
    };
  };
}

interface Clip {
  readonly make: (clip: ClipOptions) => Promise<void>;
  readonly codecs: Codecs;
}

function player(container: string, { make, codecs }: Clip): SourceMaker {
  return async ({ pipeline, server }, colour) => {
    const path = join(server.folder, `matrix.${container}`);
    const size = { ...SIZE, frameRate: FRAME_RATE };
    await make({ path, seconds: CLIP_SECONDS, colour: argb(colour), frequency: TONE_HZ, size });
    const endpoint = await pipeline.create("PlayerEndpoint", { uri: `file://${path}` });
    return {
      name: `Player ${container}`,
      endpoint,
      codecs,
      colour,
      framesPerSecond: FRAME_RATE,
      start: () => endpoint.play(),
      [Symbol.asyncDispose]: () => endpoint.release(),
    };
  };
}

async function rtsp({ pipeline }: Room, colour: Pixel): Promise<Source> {
  const camera = new RtspServer();
  await camera.start(argb(colour));
  const endpoint = await pipeline.create("PlayerEndpoint", { uri: camera.uri });
  return {
    name: "Player rtsp",
    endpoint,
    codecs: { video: "vp8", audio: "opus" },
    colour,
    framesPerSecond: CAMERA_FRAME_RATE,
    start: () => endpoint.play(),
    [Symbol.asyncDispose]: async () => {
      await endpoint.release();
      await camera.stop();
    },
  };
}

const MAKERS: Readonly<Record<string, SourceMaker>> = {
  "WebRTC VP8": webRtc("VP8"),
  "WebRTC VP9": webRtc("VP9"),
  "WebRTC H264": webRtc("H264"),
  "WebRTC AV1": webRtc("AV1"),
  "RTP H264": rtp("H264"),
  "RTP VP8": rtp("VP8"),
  "RTP Opus": rtp("Opus"),
  "RTP PCMU": rtp("PCMU"),
  "RTP AMR": rtp("AMR"),
  "Player webm": player("webm", { make: makeWebm, codecs: { video: "vp8", audio: "opus" } }),
  "Player mp4": player("mp4", { make: makeMp4, codecs: { video: "h264", audio: "aac" } }),
  "Player mkv": player("mkv", { make: makeMkv, codecs: { video: "h264", audio: "opus" } }),
  "Player rtsp": rtsp,
};

export const SOURCES: readonly string[] = Object.keys(MAKERS);

/** Makes the source of that name. */
export function openSource(name: string, room: Room): Promise<Source> {
  const make = MAKERS[name];
  const colour = COLOURS[SOURCES.indexOf(name) % COLOURS.length];
  if (make === undefined || colour === undefined) throw new Error(`there is no source ${name}`);
  return make(room, colour);
}
