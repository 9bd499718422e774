// One RTCPeerConnection in a page, driven from the test: offers, candidates, figures and pixels.
import type { KurentoElement } from "kurento-client";
import type { Page } from "playwright-core";
import { kurento } from "./kurento.js";

export interface PeerOptions {
  /** What is sent: the fake camera and microphone, a picture red on the left and blue on the right, or nothing. */
  readonly send?: "camera" | "halves" | "nothing";
  /** Video codec put first in the offer. */
  readonly codec?: "VP8" | "H264";
  /** Whether media is taken back; true by default. */
  readonly receive?: boolean;
  /** Changes the offer on its way to the server. */
  readonly changeOffer?: (offer: string) => string;
}

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

interface PageState {
  peer: RTCPeerConnection;
  video: HTMLVideoElement;
  candidates: RTCIceCandidateInit[];
}

type PeerWindow = typeof globalThis & {
  kmsPeer: PageState;
  kmsCandidate: (candidate: RTCIceCandidateInit) => void;
};

/** A browser's side of a call. */
export class Peer {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Makes the peer connection in `page` and calls `endpoint`, candidates trickling both ways. */
  static async call(
    page: Page,
    endpoint: KurentoElement,
    options: PeerOptions = {},
  ): Promise<Peer> {
    const peer = new Peer(page);
    const toIceCandidate = kurento.getComplexType("IceCandidate");
    await page.exposeFunction("kmsCandidate", (candidate: object) =>
      endpoint.addIceCandidate(toIceCandidate(candidate)),
    );
    endpoint.on("IceCandidateFound", ({ candidate }) => {
      page.evaluate(addCandidate, candidate).catch((error: unknown) => {
        if (!page.isClosed()) throw error;
      });
    });
    const offer = await page.evaluate(createPeer, {
      send: options.send ?? "camera",
      codec: options.codec ?? "VP8",
      receive: options.receive ?? true,
    });
    const changeOffer = options.changeOffer ?? ((unchanged: string): string => unchanged);
    const answer = await endpoint.processOffer(changeOffer(offer));
    await page.evaluate(acceptAnswer, answer);
    await endpoint.gatherCandidates();
    return peer;
  }

  /** Resolves when the peer connection is connected. */
  async connected(): Promise<void> {
    await this.page.waitForFunction(
      () => (globalThis as PeerWindow).kmsPeer.peer.connectionState === "connected",
    );
  }

  /** Resolves when video of at least that width is being shown. */
  async showsVideo(width = 2): Promise<void> {
    await this.page.waitForFunction((least) => {
      const { video } = (globalThis as PeerWindow).kmsPeer;
      return video.videoWidth >= least && video.currentTime > 0;
    }, width);
  }

  /** Measures the received video over `seconds` of the browser's own statistics clock. */
  async measureVideo(seconds: number): Promise<VideoFigures> {
    return this.page.evaluate(measureVideo, seconds);
  }

  /** The colour of the shown frame at a relative position (0..1). */
  async pixel(x: number, y: number): Promise<Pixel> {
    return this.page.evaluate(readPixel, { x, y });
  }

  /** Resolves when the colour at a position is near the wanted one (each part within 60 of 255). */
  async showsColour(x: number, y: number, wanted: Pixel): Promise<void> {
    for (;;) {
      const seen = await this.pixel(x, y);
      const parts = ["red", "green", "blue"] as const;
      if (parts.every((part) => Math.abs(seen[part] - wanted[part]) <= 60)) return;
      await this.page.evaluate(nextFrame);
    }
  }

  /** Audio level and loudest frequency in Hz of the received audio, once it is heard. */
  async loudestFrequency(): Promise<number> {
    return this.page.evaluate(loudestFrequency);
  }

  async close(): Promise<void> {
    await this.page.evaluate(() => (globalThis as PeerWindow).kmsPeer.peer.close());
  }
}

// The functions below run in the page.

async function createPeer(options: Required<Omit<PeerOptions, "changeOffer">>): Promise<string> {
  const scope = globalThis as PeerWindow;
  const peer = new RTCPeerConnection();
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, playsInline: true, muted: true });
  const returned = new MediaStream();
  video.srcObject = returned;
  document.body.append(video);
  scope.kmsPeer = { peer, video, candidates: [] };
  peer.ontrack = ({ track }): void => {
    returned.addTrack(track);
    void video.play().catch(() => undefined);
  };
  peer.onicecandidate = ({ candidate }): void => {
    if (candidate) scope.kmsCandidate(candidate.toJSON());
  };

  const camera = (): Promise<MediaStream> =>
    navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480, frameRate: 30 },
      audio: true,
    });
  const halves = async (): Promise<MediaStream> => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 640, height: 480 });
    const context = canvas.getContext("2d");
    const draw = (): void => {
      if (!context) return;
      context.fillStyle = "#f00";
      context.fillRect(0, 0, 320, 480);
      context.fillStyle = "#00f";
      context.fillRect(320, 0, 320, 480);
    };
    draw();
    setInterval(draw, 33);
    return canvas.captureStream(30);
  };
  const sources = { camera, halves, nothing: async (): Promise<MediaStream> => new MediaStream() };
  const stream = await sources[options.send]();

  const direction = options.receive ? "sendrecv" : "sendonly";
  for (const track of stream.getTracks()) {
    peer.addTransceiver(track, { direction, streams: [stream] });
  }
  if (options.send === "nothing") {
    peer.addTransceiver("audio", { direction: "recvonly" });
    peer.addTransceiver("video", { direction: "recvonly" });
  }
  const wanted = `video/${options.codec}`;
  for (const transceiver of peer.getTransceivers()) {
    if (transceiver.receiver.track.kind !== "video") continue;
    const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const first = all.filter((codec) => codec.mimeType === wanted);
    transceiver.setCodecPreferences([...first, ...all.filter((codec) => !first.includes(codec))]);
  }
  await peer.setLocalDescription();
  return peer.localDescription?.sdp ?? "";
}

async function acceptAnswer(sdp: string): Promise<void> {
  const { peer, candidates } = (globalThis as PeerWindow).kmsPeer;
  await peer.setRemoteDescription({ type: "answer", sdp });
  for (const candidate of candidates.splice(0)) await peer.addIceCandidate(candidate);
}

async function addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
  const { peer, candidates } = (globalThis as PeerWindow).kmsPeer;
  if (peer.remoteDescription) await peer.addIceCandidate(candidate);
  else candidates.push(candidate);
}

async function measureVideo(seconds: number): Promise<VideoFigures> {
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

function readPixel(at: { x: number; y: number }): Pixel {
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

async function nextFrame(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(resolve));
}

async function loudestFrequency(): Promise<number> {
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
