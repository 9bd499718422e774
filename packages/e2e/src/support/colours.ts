// Several videos of one page, told apart by their colours, each in an m-line of its own.
import type { Peer, Pixel } from "./peer.js";
import type { PeerWindow } from "./peer-page.js";

export const RED: Pixel = { red: 255, green: 0, blue: 0 };
export const GREEN: Pixel = { red: 0, green: 255, blue: 0 };

type ColourWindow = PeerWindow & { kmsColours?: Map<string, HTMLVideoElement> };

/** Adds a video of one colour to what the page sends; the next offer tells. */
export async function addColour(peer: Peer, colour: Pixel): Promise<void> {
  await peer.page.evaluate(sendColour, colour);
}

/** Lets the page take one more video; the next offer tells. */
export async function addScreen(peer: Peer): Promise<void> {
  await peer.page.evaluate(() => {
    (globalThis as PeerWindow).kmsPeer.peer.addTransceiver("video", { direction: "recvonly" });
  });
}

/** Resolves when the m-line with that mid shows the colour (each part within 60 of 255). */
export async function showsIn(peer: Peer, mid: string, wanted: Pixel): Promise<void> {
  await peer.page.evaluate(awaitColour, { mid, wanted });
}

function sendColour({ red, green, blue }: Pixel): void {
  const { peer } = (globalThis as PeerWindow).kmsPeer;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 320, height: 240 });
  const context = canvas.getContext("2d");
  const draw = (): void => {
    if (!context) return;
    context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
    context.fillRect(0, 0, 320, 240);
  };
  draw();
  setInterval(draw, 50);
  const stream = canvas.captureStream(20);
  for (const track of stream.getTracks()) peer.addTrack(track, stream);
}

async function awaitColour({
  mid,
  wanted,
}: {
  readonly mid: string;
  readonly wanted: Pixel;
}): Promise<void> {
  const scope = globalThis as ColourWindow;
  scope.kmsColours ??= new Map();
  const video = scope.kmsColours.get(mid) ?? document.createElement("video");
  if (!scope.kmsColours.has(mid)) {
    scope.kmsColours.set(mid, video);
    const line = scope.kmsPeer.peer.getTransceivers().find((one) => one.mid === mid);
    Object.assign(video, { autoplay: true, playsInline: true, muted: true });
    video.srcObject = new MediaStream(line ? [line.receiver.track] : []);
    document.body.append(video);
    void video.play().catch(() => undefined);
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  for (;;) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    context?.drawImage(video, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
    const seen = { red, green, blue };
    const parts = ["red", "green", "blue"] as const;
    if (parts.every((part) => Math.abs(seen[part] - wanted[part]) <= 60)) return;
  }
}
