// A TCP relay between a client and a server that a test can cut, hold and point elsewhere.
import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held: Socket[] = [];
  #target: number | undefined;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (socket) => this.#onConnection(socket));
  }

  /** Relays connections on loopback to the port `target`. */
  static async open(target: number): Promise<TcpProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpProxy(server, target);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/kurento`;
  }

  /** Cuts all connections at once, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Accepts connections, but joins them to nothing until `retarget`. */
  hold(): void {
    this.#target = undefined;
  }

  /** Joins held and new connections to this port. */
  retarget(port: number): void {
    this.#target = port;
    for (const socket of this.#held.splice(0)) this.#join(socket, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }

  #onConnection(socket: Socket): void {
    this.#watch(socket);
    if (this.#target === undefined) this.#held.push(socket);
    else this.#join(socket, this.#target);
  }

  #join(socket: Socket, port: number): void {
    const other = connect(port, "127.0.0.1");
    this.#watch(other);
    socket.on("close", () => other.destroy());
    other.on("close", () => socket.destroy());
    socket.pipe(other).pipe(socket);
  }

  // A cut connection raises errors on both sides; the close that follows is all that matters.
  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
