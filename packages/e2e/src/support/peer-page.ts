// What runs in the page: one RTCPeerConnection. Functions are sent there as text, so none uses anything around it.

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

/** What a peer connection starts with. */
export interface PageOptions {
  readonly send: "camera" | "halves" | "microphone" | "nothing";
  /** CSS colours of the halves, left and right. */
  readonly colours: readonly [string, string];
  readonly receive: boolean;
  /** Whether the server offers: then tracks go into the m-lines that it names. */
  readonly answers: boolean;
  /** Width of the camera's picture; its height is three quarters of it. */
  readonly width: number;
  /** Whether the camera is sent in three sizes (simulcast). */
  readonly simulcast: boolean;
  /** Layers of the camera within one stream; empty: what the browser does by itself. */
  readonly scalabilityMode: string;
  /** Whether dependency descriptors are offered in any case. */
  readonly describesLayers: boolean;
  readonly configuration: RTCConfiguration;
}

/** What the browser says about the candidates in use. */
export interface SelectedCandidates {
  readonly protocol: string;
  readonly localType: string;
  readonly remoteType: string;
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

interface PageState {
  peer: RTCPeerConnection;
  video: HTMLVideoElement;
  candidates: RTCIceCandidateInit[];
  frameTimes: number[];
  widths: WidthChange[];
}

export type PeerWindow = typeof globalThis & {
  kmsPeer: PageState;
  kmsCandidate: (candidate: RTCIceCandidateInit) => void;
};

/** Makes the peer connection with what it sends and takes. */
export async function createPeer(options: PageOptions): Promise<void> {
  const scope = globalThis as PeerWindow;
  const peer = new RTCPeerConnection(options.configuration);
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, playsInline: true, muted: true });
  const returned = new MediaStream();
  video.srcObject = returned;
  document.body.append(video);
  scope.kmsPeer = { peer, video, candidates: [], frameTimes: [], widths: [] };
  peer.ontrack = ({ track }): void => {
    returned.addTrack(track);
    void video.play().catch(() => undefined);
  };
  peer.onicecandidate = ({ candidate }): void => {
    if (candidate) scope.kmsCandidate(candidate.toJSON());
  };

  const camera = (): Promise<MediaStream> =>
    navigator.mediaDevices.getUserMedia({
      video: { width: options.width, height: (options.width * 3) / 4, frameRate: 30 },
      audio: true,
    });
  const halves = async (): Promise<MediaStream> => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 640, height: 480 });
    const context = canvas.getContext("2d");
    const draw = (): void => {
      if (!context) return;
      context.fillStyle = options.colours[0];
      context.fillRect(0, 0, 320, 480);
      context.fillStyle = options.colours[1];
      context.fillRect(320, 0, 320, 480);
    };
    draw();
    setInterval(draw, 33);
    return canvas.captureStream(30);
  };
  const microphone = (): Promise<MediaStream> =>
    navigator.mediaDevices.getUserMedia({ audio: true });
  const nothing = async (): Promise<MediaStream> => new MediaStream();
  const sources = { camera, halves, microphone, nothing };
  const stream = await sources[options.send]();

  if (options.answers) {
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    return;
  }
  const direction = options.receive ? "sendrecv" : "sendonly";
  const sizes = [
    { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 450_000 },
    { rid: "f", maxBitrate: 1_500_000 },
  ];
  const { scalabilityMode } = options;
  const layers = scalabilityMode === "" ? [] : [{ scalabilityMode, maxBitrate: 2_000_000 }];
  const sendEncodings = options.simulcast ? sizes : layers;
  for (const track of stream.getTracks()) {
    const isLayered = sendEncodings.length > 0 && track.kind === "video";
    const layered = isLayered && { sendEncodings };
    peer.addTransceiver(track, { direction, streams: [stream], ...layered });
  }
  if (options.send === "nothing") {
    peer.addTransceiver("audio", { direction: "recvonly" });
    peer.addTransceiver("video", { direction: "recvonly" });
  }
  if (!options.describesLayers) return;
  // Not in TypeScript's library yet: https://w3c.github.io/webrtc-extensions/
  interface Extension {
    readonly uri: string;
    readonly direction: string;
  }
  interface Extensible {
    getHeaderExtensionsToNegotiate: () => readonly Extension[];
    setHeaderExtensionsToNegotiate: (extensions: readonly Extension[]) => void;
  }
  for (const transceiver of peer.getTransceivers()) {
    const extensible = transceiver as RTCRtpTransceiver & Extensible;
    const known = extensible.getHeaderExtensionsToNegotiate();
    extensible.setHeaderExtensionsToNegotiate(
      known.map((one) =>
        one.uri.includes("dependency-descriptor") ? { ...one, direction: "sendrecv" } : one,
      ),
    );
  }
}

/** Puts one video codec first in offers. */
export function preferCodec(codec: string): void {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  for (const transceiver of peer.getTransceivers()) {
    if (transceiver.receiver.track.kind !== "video") continue;
    const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const first = all.filter(({ mimeType }) => mimeType === `video/${codec}`);
    transceiver.setCodecPreferences([...first, ...all.filter((one) => !first.includes(one))]);
  }
}

/** Takes the server's offer. */
export async function acceptOffer(sdp: string): Promise<void> {
  const { peer, candidates } = (globalThis as PeerWindow).kmsPeer;
  await peer.setRemoteDescription({ type: "offer", sdp });
  for (const candidate of candidates.splice(0)) await peer.addIceCandidate(candidate);
}

/** Makes an offer. */
export async function createOffer(iceRestart: boolean): Promise<string> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const offer = await peer.createOffer({ iceRestart });
  await peer.setLocalDescription(offer);
  return peer.localDescription?.sdp ?? "";
}

/** Answers the offer that was taken. */
export async function createAnswer(): Promise<string> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  await peer.setLocalDescription(await peer.createAnswer());
  return peer.localDescription?.sdp ?? "";
}

/** Adds the camera to a call. */
export async function addCamera(width: number): Promise<void> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const video = { width, height: (width * 3) / 4, frameRate: 30 };
  const stream = await navigator.mediaDevices.getUserMedia({ video });
  for (const track of stream.getTracks()) {
    peer.addTransceiver(track, { direction: "sendrecv", streams: [stream] });
  }
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

/** How many transports there are. */
export async function transportCount(): Promise<number> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const reports = [...(await peer.getStats()).values()];
  return reports.filter((report) => report.type === "transport").length;
}

/** Id of the candidate pair in use; another one after an ICE restart. */
export async function selectedPair(): Promise<string> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const reports = [...(await peer.getStats()).values()];
  const transport = reports.find((report) => report.type === "transport");
  return String(transport?.selectedCandidatePairId ?? "");
}

export async function acceptAnswer(sdp: string): Promise<void> {
  const { peer, candidates } = (globalThis as PeerWindow).kmsPeer;
  await peer.setRemoteDescription({ type: "answer", sdp });
  for (const candidate of candidates.splice(0)) await peer.addIceCandidate(candidate);
}

export async function addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
  const { peer, candidates } = (globalThis as PeerWindow).kmsPeer;
  if (peer.remoteDescription) await peer.addIceCandidate(candidate);
  else candidates.push(candidate);
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

/** The candidates in use, once there are such. */
export async function selectedCandidates(): Promise<SelectedCandidates> {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const reports = [...(await peer.getStats()).values()];
  const transport = reports.find((report) => report.type === "transport");
  const pair = reports.find((report) => report.id === transport?.selectedCandidatePairId);
  const local = reports.find((report) => report.id === pair?.localCandidateId);
  const remote = reports.find((report) => report.id === pair?.remoteCandidateId);
  return {
    protocol: local?.protocol ?? "",
    localType: local?.candidateType ?? "",
    remoteType: remote?.candidateType ?? "",
  };
}
