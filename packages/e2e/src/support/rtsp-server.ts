// An RTSP camera (RFC 2326): live VP8 and Opus, interleaved with the control connection; can die, come back and hang up.
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import type { Socket as UdpSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

const TRACKS = ["video", "audio"] as const;
const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=camera",
  "t=0 0",
  "a=range:npt=now-",
  "m=video 0 RTP/AVP 96",
  "a=rtpmap:96 VP8/90000",
  "a=control:video",
  "m=audio 0 RTP/AVP 97",
  "a=rtpmap:97 OPUS/48000/2",
  "a=control:audio",
  "",
].join("\r\n");

interface RtspRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** Serves `rtsp://127.0.0.1:<port>/camera` to any number of clients. */
export class RtspServer {
  readonly #events = new EventEmitter();
  readonly #clients = new Set<Client>();
  #server: Server | undefined;
  #port = 0;
  #isHangingUp = false;
  #camera: ChildProcess | undefined;
  #inputs: UdpSocket[] = [];

  /** Films a colour (0xAARRGGBB) and a tone of 1 kHz. */
  async start(colour: number): Promise<void> {
    this.#inputs = await Promise.all(TRACKS.map((_, track) => this.#input(track)));
    const [video = 0, audio = 0] = this.#inputs.map((input) => input.address().port);
    const pipeline = `videotestsrc is-live=true pattern=solid-color foreground-color=${colour}
      ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc deadline=1 keyframe-max-dist=15
      ! rtpvp8pay pt=96 ! udpsink host=127.0.0.1 port=${video}
      audiotestsrc is-live=true freq=1000 ! audio/x-raw,rate=48000,channels=2 ! opusenc
      ! rtpopuspay pt=97 ! udpsink host=127.0.0.1 port=${audio}`;
    this.#camera = spawn("gst-launch-1.0", ["-q", ...pipeline.split(/\s+/)], { stdio: "ignore" });
    await this.listen();
  }

  /** Listens, after {@link die} at the same port again. */
  async listen(): Promise<void> {
    this.#isHangingUp = false;
    if (this.#server !== undefined) return;
    const server = createServer((socket) => this.#accept(socket));
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Loses its clients; new ones are hung up on, or with `isSilent` refused. */
  die(isSilent: boolean): void {
    for (const client of this.#clients) client.hangUp();
    this.#isHangingUp = true;
    if (!isSilent) return;
    this.#server?.close();
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    this.die(true);
    const camera = this.#camera;
    if (camera?.kill() === true) await once(camera, "exit");
    for (const input of this.#inputs) input.close();
  }

  get uri(): string {
    return `rtsp://127.0.0.1:${this.#port}/camera`;
  }

  /** Resolves with the moment (ms) of the next connection that is made. */
  async nextConnection(): Promise<number> {
    await once(this.#events, "connection");
    return performance.now();
  }

  #accept(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.#isHangingUp) {
      socket.destroy();
    } else {
      const client = new Client(socket);
      this.#clients.add(client);
      socket.on("close", () => this.#clients.delete(client));
    }
    this.#events.emit("connection");
  }

  async #input(track: number): Promise<UdpSocket> {
    const socket = createSocket("udp4", (packet) => {
      for (const client of this.#clients) client.send(track, packet);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return socket;
  }
}

/** One control connection. */
class Client {
  readonly #socket: Socket;
  /** Interleaved channel of each track that is set up. */
  readonly #channels = new Map<number, number>();
  #isPlaying = false;
  #unread = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#read(data));
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  send(track: number, packet: Buffer): void {
    const channel = this.#channels.get(track);
    if (!this.#isPlaying || channel === undefined) return;
    const header = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
    this.#socket.write(Buffer.concat([header, packet]));
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (let taken = this.#takeOne(); taken > 0; taken = this.#takeOne())
      this.#unread = this.#unread.subarray(taken);
  }

  /** Octets of the first whole thing that has come: a request, or RTCP, which is not looked at. */
  #takeOne(): number {
    if (this.#unread[0] === 0x24) {
      const size = this.#unread.length < 4 ? Infinity : 4 + this.#unread.readUInt16BE(2);
      return size <= this.#unread.length ? size : 0;
    }
    const end = this.#unread.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    this.#answer(parse(this.#unread.toString("latin1", 0, end)));
    return end + 4;
  }

  #answer(request: RtspRequest): void {
    const answers: Readonly<Record<string, (() => string) | undefined>> = {
      OPTIONS: () => ok(request, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"),
      DESCRIBE: () =>
        ok(request, `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}`, SDP),
      SETUP: () => this.#setUp(request),
      PLAY: () => {
        this.#isPlaying = true;
        return ok(request, "Session: 1\r\nRange: npt=now-");
      },
    };
    const answer = answers[request.method] ?? ((): string => ok(request, "Session: 1"));
    this.#socket.write(answer());
  }

  #setUp(request: RtspRequest): string {
    const transport = request.headers.get("transport") ?? "";
    const [, first = ""] = /RTP\/AVP\/TCP[^,]*interleaved=(\d+)-/.exec(transport) ?? [];
    if (first === "") return status(request, "461 Unsupported Transport");
    this.#channels.set(request.url.endsWith("video") ? 0 : 1, Number(first));
    return ok(
      request,
      `Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=${first}-${Number(first) + 1}`,
    );
  }
}

function parse(text: string): RtspRequest {
  const [first = "", ...lines] = text.split("\r\n");
  const [method = "", url = ""] = first.split(" ");
  const headers = lines.map((line): [string, string] => {
    const [name = "", ...value] = line.split(":");
    return [name.toLowerCase(), value.join(":").trim()];
  });
  return { method, url, headers: new Map(headers) };
}

function status({ headers }: RtspRequest, line: string): string {
  return `RTSP/1.0 ${line}\r\nCSeq: ${headers.get("cseq") ?? "0"}\r\n\r\n`;
}

function ok({ headers }: RtspRequest, fields: string, body = ""): string {
  return `RTSP/1.0 200 OK\r\nCSeq: ${headers.get("cseq") ?? "0"}\r\n${fields}\r\n\r\n${body}`;
}
