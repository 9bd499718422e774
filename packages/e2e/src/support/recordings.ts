// What is in a recording, as ffprobe reads it: an independent reader of every container.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One track of a file. */
export interface RecordedTrack {
  readonly codec: string;
  readonly packets: number;
  /** Presentation times of the first and the last packet, in seconds. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** Tracks by their kind; what cannot be read has none. */
export type Recorded = Readonly<Partial<Record<"audio" | "video", RecordedTrack>>>;

/** Reads a file to its end, or as far as it can be read. */
export async function probe(path: string): Promise<Recorded> {
  const entries = "packet=codec_type,pts_time:stream=codec_type,codec_name";
  const args = ["-v", "quiet", "-of", "json", "-show_entries", entries, path];
  const { stdout } = await run("ffprobe", args, { maxBuffer: 1 << 28 }).catch(() => ({
    stdout: "{}",
  }));
  const { packets = [], streams = [] } = JSON.parse(stdout) as {
    packets?: { codec_type: string; pts_time?: string }[];
    streams?: { codec_type: string; codec_name?: string }[];
  };
  const track = (kind: string): RecordedTrack | undefined => {
    const stream = streams.find(({ codec_type }) => codec_type === kind);
    const own = packets.filter(({ codec_type }) => codec_type === kind);
    if (stream === undefined || own.length === 0) return undefined;
    const times = own.map(({ pts_time }) => Number(pts_time ?? 0));
    const [firstSeconds, lastSeconds] = [Math.min(...times), Math.max(...times)];
    return { codec: stream.codec_name ?? "", packets: own.length, firstSeconds, lastSeconds };
  };
  const [audio, video] = [track("audio"), track("video")];
  return { ...(audio && { audio }), ...(video && { video }) };
}
