// Test media made with GStreamer when it is needed, and facts about files read back with GStreamer.
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const FULL_SIZE: PictureSize = { width: 640, height: 480, frameRate: 30 };

async function gstLaunch(pipeline: string): Promise<void> {
  await run("gst-launch-1.0", ["-q", ...pipeline.split(/\s+/).filter(Boolean)]);
}

/** How large pictures are, and how many come in a second. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** What a test clip holds. */
export interface ClipOptions {
  readonly path: string;
  readonly seconds: number;
  /** Foreground colour of the whole picture as 0xAARRGGBB. */
  readonly colour: number;
  /** Frequency of the tone in Hz. */
  readonly frequency: number;
  /** Default 640x480, 30 pictures a second. */
  readonly size?: PictureSize;
}

function sources(options: ClipOptions, video: string, audio: string): string {
  const audioBuffers = options.seconds * 50;
  const { width, height, frameRate } = options.size ?? FULL_SIZE;
  return `
    videotestsrc pattern=solid-color foreground-color=${options.colour} num-buffers=${options.seconds * frameRate}
      ! video/x-raw,width=${width},height=${height},framerate=${frameRate}/1 ! ${video} ! queue ! mux.
    audiotestsrc freq=${options.frequency} samplesperbuffer=960 num-buffers=${audioBuffers}
      ! audio/x-raw,rate=48000,channels=2 ! ${audio} ! queue ! mux.`;
}

/** A WebM file with VP8 and Opus. */
export async function makeWebm(options: ClipOptions): Promise<void> {
  const media = sources(options, "vp8enc deadline=1 keyframe-max-dist=30", "opusenc");
  await gstLaunch(`webmmux name=mux ! filesink location=${options.path} ${media}`);
}

/** An MP4 file with H264 and AAC. */
export async function makeMp4(options: ClipOptions): Promise<void> {
  const video =
    "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30 ! video/x-h264,profile=constrained-baseline ! h264parse";
  const audio = "audioconvert ! avenc_aac ! aacparse";
  const media = sources(options, video, audio);
  await gstLaunch(`mp4mux name=mux ! filesink location=${options.path} ${media}`);
}

/** A Matroska file with H264 and Opus. */
export async function makeMkv(options: ClipOptions): Promise<void> {
  const video = "x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30 ! h264parse";
  const media = sources(options, video, "opusenc");
  await gstLaunch(`matroskamux name=mux ! filesink location=${options.path} ${media}`);
}

/** A WebM file with noise and nothing else, 30 Mbit/s: much data in little time. */
export async function makeNoise(path: string, seconds: number): Promise<void> {
  await gstLaunch(`videotestsrc pattern=snow num-buffers=${seconds * 30}
    ! video/x-raw,width=640,height=480,framerate=30/1
    ! vp8enc deadline=1 cpu-used=16 target-bitrate=30000000 keyframe-max-dist=30
    ! webmmux ! filesink location=${path}`);
}

/** Facts about a media file. */
export interface FileFacts {
  readonly durationSeconds: number;
  /** Caps names of its tracks, such as "video/x-vp8". */
  readonly codecs: readonly string[];
}

/** Duration and codecs as `gst-discoverer-1.0` finds them. */
export async function inspect(path: string): Promise<FileFacts> {
  const { stdout } = await run("gst-discoverer-1.0", ["-v", path]);
  const [, hours = "0", minutes = "0", seconds = "0"] =
    /Duration: (\d+):(\d+):([\d.]+)/.exec(stdout) ?? [];
  const codecs = [...stdout.matchAll(/^\s*(?:video|audio)(?: #\d+)?: ((?:video|audio)\/[\w-]+)/gm)];
  return {
    durationSeconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    codecs: codecs.map((match) => match[1] ?? ""),
  };
}

/** Decodes the video of a file; gives the number of frames and the middle pixel (RGB) of each. */
export async function decodeVideo(path: string): Promise<readonly (readonly number[])[]> {
  const raw = `${path}.rgb`;
  await gstLaunch(`filesrc location=${path} ! decodebin ! videoconvert ! videoscale
    ! video/x-raw,format=RGB,width=16,height=16 ! filesink location=${raw}`);
  const bytes = await readFile(raw);
  await rm(raw);
  const frameSize = 16 * 16 * 3;
  const middle = (8 * 16 + 8) * 3;
  return Array.from({ length: Math.floor(bytes.length / frameSize) }, (_, frame) => [
    ...bytes.subarray(frame * frameSize + middle, frame * frameSize + middle + 3),
  ]);
}
