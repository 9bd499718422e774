// The page: one button sends the camera through the server and shows what comes back, with figures from getStats().
import { KurentoClient, MediaPipeline, WebRtcEndpoint } from "./kurento-client.js";

const CAMERA = { video: { width: 640, height: 480, frameRate: 30 }, audio: true };
const FIGURES_PERIOD_MS = 1000;

const element = (id) => document.getElementById(id);
const button = element("toggle");
let call;

function say(text, kind = "info") {
  const status = element("status");
  status.textContent = text;
  status.dataset.kind = kind;
}

/** One call: camera, peer connection, pipeline. `hangUp` frees all of it, also half made. */
class LoopbackCall {
  #closers = [];

  async start() {
    const camera = await navigator.mediaDevices.getUserMedia(CAMERA);
    this.#closers.push(() => camera.getTracks().forEach((track) => track.stop()));
    element("local").srcObject = camera;
    const endpoint = await this.#createEndpoint();
    const peer = this.#createPeer(camera);
    await this.#negotiate(peer, endpoint);
    this.#showFigures(peer);
  }

  async #createEndpoint() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const client = await KurentoClient.connect(`${scheme}://${location.host}/kurento`);
    this.#closers.push(() => client.close());
    const pipeline = await client.create(MediaPipeline, {});
    this.#closers.push(() => pipeline.release());
    const endpoint = await client.create(WebRtcEndpoint, { mediaPipeline: pipeline });
    await endpoint.connect(endpoint);
    return endpoint;
  }

  #createPeer(camera) {
    const peer = new RTCPeerConnection();
    this.#closers.push(() => peer.close());
    camera.getTracks().forEach((track) => peer.addTrack(track, camera));
    const returned = new MediaStream();
    element("remote").srcObject = returned;
    peer.ontrack = ({ track }) => returned.addTrack(track);
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "connected") say("Connected.");
      if (peer.connectionState === "failed") say("The media connection failed.", "error");
    };
    return peer;
  }

  async #negotiate(peer, endpoint) {
    await endpoint.on("IceCandidateFound", ({ candidate }) => {
      peer.addIceCandidate(candidate).catch(report);
    });
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) endpoint.addIceCandidate(candidate.toJSON()).catch(report);
    };
    await peer.setLocalDescription();
    const answer = await endpoint.processOffer(peer.localDescription.sdp);
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await endpoint.gatherCandidates();
  }

  #showFigures(peer) {
    const figures = new Figures(peer);
    const timer = setInterval(() => figures.update().catch(report), FIGURES_PERIOD_MS);
    this.#closers.push(() => clearInterval(timer));
  }

  async hangUp() {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        console.warn("hang up:", error);
      }
    }
    element("local").srcObject = null;
    element("remote").srcObject = null;
  }
}

/** Resolution, frame rate, bitrate and round-trip time, from one getStats() to the next. */
class Figures {
  #peer;
  #last = new Map();

  constructor(peer) {
    this.#peer = peer;
  }

  async update() {
    for (const report of (await this.#peer.getStats()).values()) this.#show(report);
  }

  #show(report) {
    if (report.type === "outbound-rtp" && report.kind === "video") {
      this.#showStream("local", report, report.bytesSent);
    } else if (report.type === "inbound-rtp" && report.kind === "video") {
      this.#showStream("remote", report, report.bytesReceived);
    } else if (report.type === "candidate-pair" && report.nominated) {
      const milliseconds = (report.currentRoundTripTime ?? 0) * 1000;
      element("round-trip").textContent = `${milliseconds.toFixed(1)} ms`;
    }
  }

  #showStream(side, report, bytes) {
    const last = this.#last.get(side);
    this.#last.set(side, { bytes, at: report.timestamp });
    if (report.frameWidth) {
      element(`${side}-resolution`).textContent = `${report.frameWidth} × ${report.frameHeight}`;
    }
    element(`${side}-frame-rate`).textContent = `${Math.round(report.framesPerSecond ?? 0)} fps`;
    if (!last || report.timestamp <= last.at) return;
    const kilobits = ((bytes - last.bytes) * 8) / (report.timestamp - last.at);
    element(`${side}-bitrate`).textContent = `${Math.round(kilobits)} kbit/s`;
  }
}

function report(error) {
  console.error(error);
  say(error.message ?? String(error), "error");
}

async function toggle() {
  button.disabled = true;
  try {
    if (call) await stop();
    else await start();
  } catch (error) {
    await stop();
    report(error);
  } finally {
    button.disabled = false;
  }
}

async function start() {
  say("Connecting…");
  call = new LoopbackCall();
  await call.start();
  button.textContent = "Stop";
}

async function stop() {
  const ended = call;
  call = undefined;
  button.textContent = "Start";
  await ended?.hangUp();
  say("Stopped.");
}

button.addEventListener("click", toggle);
