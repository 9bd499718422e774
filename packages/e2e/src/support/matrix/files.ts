// What a media file shows and sounds like.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Pixel } from "../peer.js";
import { probe } from "../recordings.js";
import type { Finding, Medium, Sight, Sound, Span } from "./types.js";

const run = promisify(execFile);
const SIDE = 16;
const RATE = 8000;

/** Judges the tracks of one file, or of a file for each medium. */
export async function judgeFiles(
  paths: Readonly<Partial<Record<Medium, string>>>,
  wanted: Span,
): Promise<Finding> {
  const { video, audio } = paths;
  const sight = video === undefined ? undefined : await sightOf(video);
  const sound = audio === undefined ? undefined : await soundOf(audio);
  const lengths = [sight, sound].flatMap((track) =>
    track?.seconds === undefined ? [] : [track.seconds],
  );
  return { lengths, wanted, ...(sight && { video: sight }), ...(sound && { audio: sound }) };
}

type Timed<Track> = Track & { readonly seconds: number | undefined };

async function sightOf(path: string): Promise<Timed<Sight> | undefined> {
  const { video } = await probe(path);
  if (video === undefined) return undefined;
  const { codec, packets, firstSeconds, lastSeconds } = video;
  const span = lastSeconds - firstSeconds;
  const isTimed = codec !== "mjpeg";
  return {
    codec,
    colour: await colourOf(path),
    framesPerSecond: isTimed ? (packets - 1) / span : undefined,
    seconds: isTimed ? span : undefined,
  };
}

async function soundOf(path: string): Promise<Timed<Sound> | undefined> {
  const { audio } = await probe(path);
  if (audio === undefined) return undefined;
  const { codec, firstSeconds, lastSeconds } = audio;
  return { codec, hertz: await toneOf(path), seconds: lastSeconds - firstSeconds };
}

/** Raw media as ffmpeg gives it. */
async function decode(path: string, ...options: string[]): Promise<Buffer> {
  const args = ["-nostdin", "-v", "error", "-i", path, ...options, "-"];
  const { stdout } = await run("ffmpeg", args, { encoding: "buffer", maxBuffer: 1 << 28 });
  return stdout;
}

/** Of the picture in the middle of the file, in its middle. */
async function colourOf(path: string): Promise<Pixel> {
  const format = ["-an", "-vf", `scale=${SIDE}:${SIDE}`, "-pix_fmt", "rgb24", "-f", "rawvideo"];
  const pictures = await decode(path, ...format);
  const size = SIDE * SIDE * 3;
  const middle = Math.floor(pictures.length / size / 2) * size + (SIDE / 2) * (SIDE + 1) * 3;
  const [red = 0, green = 0, blue = 0] = pictures.subarray(middle, middle + 3);
  return { red, green, blue };
}

/** By how often the sound crosses zero in the second in the middle of the file. */
async function toneOf(path: string): Promise<number> {
  const bytes = await decode(path, "-vn", "-ac", "1", "-ar", String(RATE), "-f", "s16le");
  const samples = new Int16Array(bytes.length >> 1).map((_, at) => bytes.readInt16LE(at * 2));
  const start = Math.max(0, (samples.length - RATE) >> 1);
  const second = samples.subarray(start, start + RATE);
  const crossings = second.filter((value, at) => at > 0 && value < 0 !== (second[at - 1] ?? 0) < 0);
  return (crossings.length / 2) * (RATE / Math.max(second.length, 1));
}
