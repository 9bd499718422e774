// Senders and receivers of plain RTP: GStreamer and ffmpeg, told by SDP where to send and what comes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";

/** One m-line that a test offers. */
export interface OfferedLine {
  readonly kind: "audio" | "video";
  readonly protocol?: "AVP" | "AVPF" | "SAVP" | "SAVPF";
  readonly port: number;
  readonly payloadType: number;
  /** As in `a=rtpmap`. */
  readonly codec: string;
  /** Further attributes, without `a=`. */
  readonly attributes: readonly string[];
}

/** A description of a peer on this machine. */
export function offerOf(lines: readonly OfferedLine[], ip = "127.0.0.1"): string {
  const address = `IN ${ip.includes(":") ? "IP6" : "IP4"} ${ip}`;
  const media = lines.flatMap(({ kind, protocol, port, payloadType, codec, attributes }) => [
    `m=${kind} ${port} RTP/${protocol ?? "AVP"} ${payloadType}`,
    `a=rtpmap:${payloadType} ${codec}`,
    ...attributes.map((attribute) => `a=${attribute}`),
  ]);
  const head = ["v=0", `o=- 1 1 ${address}`, "s=-", `c=${address}`, "t=0 0"];
  return `${[...head, ...media].join("\r\n")}\r\n`;
}

/** Where a description says that a medium comes in. */
export interface Destination {
  readonly ip: string;
  readonly port: number;
}

/** The destination of a medium; port 0 when it is rejected. */
export function destinationOf(sdp: string, kind: "audio" | "video"): Destination {
  const ip = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1] ?? "";
  const port = Number(new RegExp(`^m=${kind} (\\d+)`, "m").exec(sdp)?.[1]);
  return { ip, port };
}

/** A process that is ended with its test. */
export class Tool implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #name: string;
  #output = "";

  constructor(command: string, args: readonly string[]) {
    this.#name = command;
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = once(this.#child, "close");
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (data) => (this.#output += String(data)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it has ended by itself; rejects when that was a failure. */
  async done(): Promise<void> {
    await this.#ended;
    if (this.#child.exitCode !== 0) throw new Error(`${this.#name} failed:\n${this.#output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** Runs a pipeline until it ends or is disposed of. */
export function gstreamer(pipeline: string): Tool {
  return new Tool("gst-launch-1.0", ["-q", ...pipeline.split(/\s+/).filter(Boolean)]);
}

/** Runs ffmpeg until it ends or is disposed of. */
export function ffmpeg(args: string): Tool {
  return new Tool("ffmpeg", ["-nostdin", "-hide_banner", ...args.split(/\s+/).filter(Boolean)]);
}

/** Launch text of live pictures of one colour (0xAARRGGBB), 320x240, 15 a second; without end by default. */
export function liveColour(colour: number, pictures = -1): string {
  return `videotestsrc is-live=true num-buffers=${pictures} pattern=solid-color foreground-color=${colour}
    ! video/x-raw,width=320,height=240,framerate=15/1`;
}

/** Launch text of a live tone of that frequency in Hz, in parts of 20 ms; without end by default. */
export function liveTone(frequency: number, parts = -1): string {
  return `audiotestsrc is-live=true num-buffers=${parts} samplesperbuffer=882 freq=${frequency} ! audioconvert ! audioresample`;
}

/** Launch text that sends RTP to a destination. */
export function sendTo({ ip, port }: Destination): string {
  return `udpsink sync=false async=false host=${ip} port=${port}`;
}

/** An even UDP port that was free a moment ago, as was the one above it. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await boundPort(0);
    const even = port - (port % 2);
    const pair = await Promise.allSettled([boundPort(even), boundPort(even + 1)]);
    if (pair.every(({ status }) => status === "fulfilled")) return even;
  }
}

async function boundPort(port: number): Promise<number> {
  const socket = createSocket("udp4");
  try {
    const failed = once(socket, "error").then(([error]) => Promise.reject(error as Error));
    failed.catch(() => undefined);
    const listening = once(socket, "listening");
    socket.bind(port, "127.0.0.1");
    await Promise.race([listening, failed]);
    return socket.address().port;
  } finally {
    socket.close();
  }
}

/** Mean colours (RGB) of the left and the right half of each 16x16 RGB picture in a file of raw pictures. */
export async function halvesOf(path: string): Promise<readonly (readonly [number[], number[]])[]> {
  const bytes = await readFile(path);
  const size = 16 * 16 * 3;
  const pixel = (frame: number, x: number): number[] => {
    const at = frame * size + (8 * 16 + x) * 3;
    return [...bytes.subarray(at, at + 3)];
  };
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, frame) => [
    pixel(frame, 3),
    pixel(frame, 12),
  ]);
}
