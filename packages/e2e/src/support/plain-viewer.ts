// A viewer of plain RTP that only counts packets: many of them cost next to nothing.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { KurentoElement, KurentoPipeline } from "kurento-client";
import { freePortPair, offerOf } from "./rtp-peers.js";

const formats = {
  VP8: { codec: "VP8/90000", attributes: [] },
  H264: {
    codec: "H264/90000",
    attributes: ["fmtp:96 packetization-mode=1;profile-level-id=42e01f"],
  },
} as const;

export type VideoCodec = keyof typeof formats;

export class PlainViewer implements AsyncDisposable {
  readonly endpoint: KurentoElement;
  readonly #socket: Socket;

  private constructor(endpoint: KurentoElement, socket: Socket) {
    this.endpoint = endpoint;
    this.#socket = socket;
  }

  /** Negotiates one codec with a new RtpEndpoint of the pipeline. */
  static async open(pipeline: KurentoPipeline, name: VideoCodec): Promise<PlainViewer> {
    const endpoint = await pipeline.create("RtpEndpoint");
    const port = await freePortPair();
    const socket = createSocket("udp4");
    const listening = once(socket, "listening");
    socket.bind(port, "127.0.0.1");
    await listening;
    const { codec, attributes } = formats[name];
    const line = { kind: "video", port, payloadType: 96, codec } as const;
    await endpoint.processOffer(offerOf([{ ...line, attributes: [...attributes, "recvonly"] }]));
    return new PlainViewer(endpoint, socket);
  }

  /** Resolves when so many more packets have come. */
  async packets(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await once(this.#socket, "message");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }
}
