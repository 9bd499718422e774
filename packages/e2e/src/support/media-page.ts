// What runs in the page: what is seen and heard of the peer connection of peer-page.ts. Functions are sent there as text,
// so none uses anything around it.
import type { PeerWindow } from "./peer-page.js";

/** Figures of the received video between two readings, and of the last one. */
export interface VideoFigures {
  readonly framesPerSecond: number;
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  readonly freezes: number;
  readonly packetsLost: number;
  /** Frames that the same page sent in that time less those received; a few are always under way. */
  readonly framesMissing: number;
}

export interface Pixel {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Frames of this width came from then on. */
export interface WidthChange {
  /** In ms since the watching began. */
  readonly after: number;
  readonly width: number;
}

export interface SteadyWidth {
  readonly width: number;
  readonly seconds: number;
}

/** Starts to note when frames of the received video are shown. */
export function watchFrames(): void {
  const scope = globalThis as PeerWindow;
  const { video } = scope.kmsPeer;
  const times = [performance.now()];
  scope.kmsPeer.frameTimes = times;
  const note = (now: number): void => {
    times.push(now);
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}

/** Starts to note widths of the received video, with the milliseconds from then on. */
export function watchWidths(): void {
  const scope = globalThis as PeerWindow;
  const { video } = scope.kmsPeer;
  const start = performance.now();
  const seen: WidthChange[] = [];
  scope.kmsPeer.widths = seen;
  const note = (now: number, { width }: VideoFrameCallbackMetadata): void => {
    if (seen.at(-1)?.width !== width) seen.push({ after: now - start, width });
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}

/** Each width since {@link watchWidths}, with when it came. */
export function widths(): WidthChange[] {
  return (globalThis as PeerWindow).kmsPeer.widths;
}

/** Resolves when for `seconds` all frames were as wide as that. */
export async function keepsWidth({ width, seconds }: SteadyWidth): Promise<void> {
  const { video } = (globalThis as PeerWindow).kmsPeer;
  let since = performance.now();
  let now = since;
  while (now - since < seconds * 1000) {
    const frame = await new Promise<VideoFrameCallbackMetadata>((resolve) =>
      video.requestVideoFrameCallback((_, metadata) => resolve(metadata)),
    );
    now = performance.now();
    if (frame.width !== width) since = now;
  }
}

/** Waits for `count` more frames; the longest time without one since {@link watchFrames}, in ms. */
export async function longestGap(count: number): Promise<number> {
  const { video, frameTimes } = (globalThis as PeerWindow).kmsPeer;
  for (let frame = 0; frame < count; frame += 1) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  }
  return Math.max(...frameTimes.slice(1).map((time, index) => time - (frameTimes[index] ?? time)));
}

/** Frames that are sent within a time. */
export async function framesSentWithin(seconds: number): Promise<number> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const read = async (): Promise<RTCOutboundRtpStreamStats> =>
    [...(await peer.getStats()).values()].find(
      (report) => report.type === "outbound-rtp" && report.kind === "video",
    );
  const first = await read();
  for (;;) {
    const now = await read();
    if (now.timestamp - first.timestamp >= seconds * 1000) {
      return (now.framesSent ?? 0) - (first.framesSent ?? 0);
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** Codec of the received audio, once some of it has come. */
export async function audioCodec(): Promise<string> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  for (;;) {
    const reports = [...(await peer.getStats()).values()];
    const isAudio = (report: RTCStats & { kind?: string }): boolean =>
      report.type === "inbound-rtp" && report.kind === "audio";
    const audio = reports.find(isAudio);
    const codec = reports.find(({ id }) => id === audio?.codecId);
    if (audio?.packetsReceived > 20 && codec) return codec.mimeType;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** How many audio packets came that were not needed: with redundant audio, copies of what had come before. */
export async function discardedAudioPackets(): Promise<number> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const reports = [...(await peer.getStats()).values()];
  const audio = reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  return audio?.packetsDiscarded ?? 0;
}

export async function measureVideo(seconds: number): Promise<VideoFigures> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  interface Inbound extends RTCInboundRtpStreamStats {
    readonly freezeCount?: number;
  }
  const read = async (): Promise<{ inbound: Inbound; codec: string; sent: number }> => {
    const reports = [...(await peer.getStats()).values()];
    const inbound = reports.find(
      (report) => report.type === "inbound-rtp" && report.kind === "video",
    );
    const codec = reports.find((report) => report.id === inbound?.codecId);
    const outbound = reports.find(
      (report) => report.type === "outbound-rtp" && report.kind === "video",
    );
    return { inbound, codec: codec?.mimeType ?? "", sent: outbound?.framesSent ?? 0 };
  };
  const { inbound: first, sent: firstSent } = await read();
  for (;;) {
    const { inbound, codec, sent } = await read();
    const passed = (inbound.timestamp - first.timestamp) / 1000;
    if (passed >= seconds) {
      return {
        framesPerSecond: ((inbound.framesDecoded ?? 0) - (first.framesDecoded ?? 0)) / passed,
        width: inbound.frameWidth ?? 0,
        height: inbound.frameHeight ?? 0,
        codec,
        freezes: (inbound.freezeCount ?? 0) - (first.freezeCount ?? 0),
        packetsLost: (inbound.packetsLost ?? 0) - (first.packetsLost ?? 0),
        framesMissing:
          sent - firstSent - ((inbound.framesReceived ?? 0) - (first.framesReceived ?? 0)),
      };
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

export function readPixel(at: { x: number; y: number }): Pixel {
  const { video } = (globalThis as PeerWindow).kmsPeer;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth || 1;
  canvas.height = video.videoHeight || 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2D context");
  context.drawImage(video, 0, 0);
  const [red = 0, green = 0, blue = 0] = context.getImageData(
    Math.floor(at.x * canvas.width),
    Math.floor(at.y * canvas.height),
    1,
    1,
  ).data;
  return { red, green, blue };
}

export async function nextFrame(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(resolve));
}

export async function loudestFrequency(): Promise<number> {
  const { video } = (globalThis as PeerWindow).kmsPeer;
  const context = new AudioContext();
  const rate = context.sampleRate;
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(video.srcObject as MediaStream).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  for (;;) {
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce(
      (best, level, index) => (level > (levels[best] ?? -200) ? index : best),
      0,
    );
    if ((levels[loudest] ?? -200) > -50) {
      await context.close();
      return (loudest * rate) / analyser.fftSize;
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
