// What runs in the page: one RTCPeerConnection. Functions are sent there as text, so none uses anything around it.
import type { WidthChange } from "./media-page.js";

/** What a peer connection starts with. */
export interface PageOptions {
  readonly send: "camera" | "halves" | "microphone" | "nothing";
  /** CSS colours of the halves, left and right. */
  readonly colours: readonly [string, string];
  /** Hz of what goes with the halves; 0: no sound. */
  readonly tone: number;
  /** Frames of the halves per second. */
  readonly frameRate: number;
  readonly receive: boolean;
  /** Whether the server offers: then tracks go into the m-lines that it names. */
  readonly answers: boolean;
  /** Width of the camera's picture or the halves; its height is three quarters of it. */
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
  const tone = (): MediaStreamTrack[] => {
    if (options.tone === 0) return [];
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: options.tone });
    const sound = new MediaStreamAudioDestinationNode(context);
    oscillator.connect(sound);
    oscillator.start();
    return sound.stream.getTracks();
  };
  const halves = async (): Promise<MediaStream> => {
    const canvas = document.createElement("canvas");
    const { width, frameRate } = options;
    const height = (width * 3) / 4;
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    const draw = (): void => {
      if (!context) return;
      context.fillStyle = options.colours[0];
      context.fillRect(0, 0, width / 2, height);
      context.fillStyle = options.colours[1];
      context.fillRect(width / 2, 0, width / 2, height);
    };
    draw();
    setInterval(draw, Math.floor(1000 / frameRate));
    return new MediaStream([...canvas.captureStream(frameRate).getTracks(), ...tone()]);
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
