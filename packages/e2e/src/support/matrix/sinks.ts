// The sinks of the matrix that need no browser: receivers of plain RTP, and recorders.
import { join } from "node:path";
import { nextEvent, subscribed } from "../kurento.js";
import { freePortPair, gstreamer, offerOf } from "../rtp-peers.js";
import type { Tool } from "../rtp-peers.js";
import { judgeFiles } from "./files.js";
import { SECONDS, common } from "./types.js";
import type { Codecs, Finding, Medium, Room, Sink, Source } from "./types.js";

interface Receiver {
  /** As in `a=rtpmap`. */
  readonly codec: string;
  readonly payloadType: number;
  readonly attributes: readonly string[];
  /** As ffprobe calls what is written. */
  readonly written: string;
  /** Launch text from packets to what can be written to a file. */
  readonly text: string;
}

const RECEIVERS: Readonly<Record<string, Receiver>> = {
  H264: {
    codec: "H264/90000",
    payloadType: 96,
    attributes: ["fmtp:96 packetization-mode=1;profile-level-id=42e01f"],
    written: "h264",
    text: "rtph264depay wait-for-keyframe=true ! h264parse ! video/x-h264,stream-format=avc,alignment=au",
  },
  VP8: {
    codec: "VP8/90000",
    payloadType: 96,
    attributes: [],
    written: "vp8",
    text: "rtpvp8depay wait-for-keyframe=true",
  },
  PCMU: {
    codec: "PCMU/8000",
    payloadType: 0,
    attributes: [],
    written: "pcm_s16le",
    text: "rtppcmudepay ! mulawdec",
  },
  AMR: {
    codec: "AMR/8000/1",
    payloadType: 98,
    attributes: ["fmtp:98 octet-align=1"],
    written: "pcm_s16le",
    text: "rtpamrdepay ! amrnbdec",
  },
};

function receiverOf(name: string): Receiver {
  const receiver = RECEIVERS[name];
  if (receiver === undefined) throw new Error(`there is no receiver of ${name}`);
  return receiver;
}

/** An RtpEndpoint that offers nothing but these codecs, with GStreamer behind it. */
class RtpSink implements Sink {
  readonly name: string;
  readonly endpoint;
  readonly #names: Readonly<Record<Medium, string>>;
  readonly #ports: Readonly<Record<Medium, number>>;
  readonly #folder: string;
  #tools: readonly Tool[] = [];

  private constructor(
    endpoint: Sink["endpoint"],
    names: Readonly<Record<Medium, string>>,
    ports: Readonly<Record<Medium, number>>,
    folder: string,
  ) {
    this.name = `RTP ${names.video}, ${names.audio}`;
    this.endpoint = endpoint;
    this.#names = names;
    this.#ports = ports;
    this.#folder = folder;
  }

  static async open(
    { pipeline, server }: Room,
    names: Readonly<Record<Medium, string>>,
  ): Promise<RtpSink> {
    const endpoint = await pipeline.create("RtpEndpoint");
    const ports = { video: await freePortPair(), audio: await freePortPair() };
    const lines = (["video", "audio"] as const).map((kind) => {
      const { codec, payloadType, attributes } = receiverOf(names[kind]);
      const line = { kind, port: ports[kind], payloadType, codec };
      return { ...line, attributes: [...attributes, "recvonly"] };
    });
    await endpoint.processOffer(offerOf(lines));
    return new RtpSink(endpoint, names, ports, server.folder);
  }

  codecsFor(): Codecs {
    const { video, audio } = this.#names;
    return { video: receiverOf(video).written, audio: receiverOf(audio).written };
  }

  async prepare(source: Source): Promise<void> {
    this.#tools = common(source, this).map((medium) => gstreamer(this.#receiving(medium, source)));
  }

  async watch(): Promise<void> {
    await Promise.all(this.#tools.map((tool) => tool.done()));
  }

  async finish(source: Source): Promise<Finding> {
    const media = common(source, this);
    const paths = Object.fromEntries(media.map((one) => [one, this.#path(one)]));
    // So many frames and parts of sound, however long they take.
    return judgeFiles(paths, { least: SECONDS, most: Infinity });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tool of this.#tools) await tool[Symbol.asyncDispose]();
    await this.endpoint.release();
  }

  #path(medium: Medium): string {
    return join(this.#folder, `${this.name.replaceAll(/\W+/g, "-")}-${medium}`);
  }

  /** Launch text that ends by itself when there is enough. */
  #receiving(medium: Medium, { framesPerSecond }: Source): string {
    const { codec, payloadType, text } = receiverOf(this.#names[medium]);
    const [encoding = "", clock = ""] = codec.split("/");
    const caps = `application/x-rtp,media=${medium},encoding-name=${encoding},clock-rate=${clock},payload=${payloadType}`;
    const octets = encoding === "AMR" ? ",octet-align=(string)1,encoding-params=(string)1" : "";
    const count = SECONDS * (medium === "video" ? framesPerSecond : 50);
    const file = { video: "matroskamux", audio: "audioconvert ! wavenc" }[medium];
    return `udpsrc port=${this.#ports[medium]} caps=${caps}${octets} ! rtpjitterbuffer ! ${text}
      ! identity eos-after=${count + 1} ! ${file} ! filesink location=${this.#path(medium)}`;
  }
}

/** Takes what comes, each medium into a file of its own. */
const SPLIT = "KURENTO_SPLIT_RECORDER";
const SPLIT_ENDS = { video: "-video.mkv", audio: "-audio.mka" } as const;

/** Codecs as ffprobe calls them. */
const PROFILES: Readonly<Record<string, Codecs>> = {
  WEBM: { video: "vp8", audio: "opus" },
  WEBM_VIDEO_ONLY: { video: "vp8" },
  WEBM_AUDIO_ONLY: { audio: "opus" },
  MKV: { video: "h264", audio: "aac" },
  MKV_VIDEO_ONLY: { video: "h264" },
  MKV_AUDIO_ONLY: { audio: "aac" },
  MP4: { video: "h264", audio: "aac" },
  MP4_VIDEO_ONLY: { video: "h264" },
  MP4_AUDIO_ONLY: { audio: "aac" },
  FLV: { video: "h264", audio: "aac" },
  JPEG_VIDEO_ONLY: { video: "mjpeg" },
};

/** Matroska has no AMR: that becomes Opus. */
function asTheyCome(codecs: Codecs): Codecs {
  return codecs.audio === "amr_nb" ? { ...codecs, audio: "opus" } : codecs;
}

/** A recorder of one profile, a new one for each source. */
class RecorderSink implements Sink {
  readonly name: string;
  readonly #room: Room;
  readonly #profile: string;
  #recorder: Sink["endpoint"] | undefined;
  #path = "";
  /** When it was told to record, and when it said that it does. */
  #begun: readonly number[] = [];

  constructor(room: Room, profile: string) {
    this.name = `Recorder ${profile}`;
    this.#room = room;
    this.#profile = profile;
  }

  codecsFor(source: Source): Codecs {
    return PROFILES[this.#profile] ?? asTheyCome(source.codecs);
  }

  get endpoint(): Sink["endpoint"] {
    if (this.#recorder === undefined) throw new Error("a recorder is used before it is prepared");
    return this.#recorder;
  }

  async prepare(source: Source): Promise<void> {
    const { pipeline, server } = this.#room;
    await this.#recorder?.release();
    this.#path = join(server.folder, source.name.replaceAll(" ", "-"), this.#profile);
    const params = { uri: `file://${this.#path}`, mediaProfile: this.#profile };
    this.#recorder = await pipeline.create("RecorderEndpoint", params);
  }

  async watch(): Promise<void> {
    const recording = nextEvent(this.endpoint, "Recording");
    await subscribed(this.endpoint);
    const told = performance.now();
    await this.endpoint.record();
    await recording;
    this.#begun = [told, performance.now()];
  }

  async finish(source: Source): Promise<Finding> {
    const stopped = performance.now();
    await this.endpoint.stopAndWait();
    const [most = 0, least = 0] = this.#begun.map((begun) => (stopped - begun) / 1000);
    const media = common(source, this);
    const isSplit = this.#profile === SPLIT;
    const path = (one: Medium): string =>
      isSplit ? `${this.#path}${SPLIT_ENDS[one]}` : this.#path;
    const paths = Object.fromEntries(media.map((one) => [one, path(one)]));
    return judgeFiles(paths, { least, most });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recorder?.release();
  }
}

/** Those without a browser. */
export async function openPlainSinks(room: Room): Promise<Sink[]> {
  return [
    await RtpSink.open(room, { video: "H264", audio: "PCMU" }),
    await RtpSink.open(room, { video: "VP8", audio: "AMR" }),
    ...[...Object.keys(PROFILES), SPLIT].map((profile) => new RecorderSink(room, profile)),
  ];
}
