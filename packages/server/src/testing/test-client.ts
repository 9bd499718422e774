import { once } from "node:events";

import { WebSocket } from "ws";
import type { ClientOptions } from "ws";

/** A JSON object of the wire. */
export type Wire = Readonly<Record<string, unknown>>;

/** A raw client: sends what it is told, keeps what comes. */
export class TestClient {
  readonly #socket: WebSocket;
  readonly #received: string[] = [];
  #waiting: (() => void)[] = [];
  #nextId = 1;
  /** Events received so far: the `value` of each `onEvent`. */
  readonly events: Wire[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#onMessage(String(data)));
  }

  static async open(url: string, options: ClientOptions = {}): Promise<TestClient> {
    const socket = new WebSocket(url, options);
    const client = new TestClient(socket);
    await once(socket, "open");
    return client;
  }

  /** Sends a text as it is. */
  send(text: string | Buffer): void {
    this.#socket.send(text);
  }

  /** The next text that is no event. */
  async receive(): Promise<string> {
    while (this.#received.length === 0)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#received.shift() ?? "";
  }

  /** Sends a request and gives the whole response. */
  async request(method: string, params?: Wire, id: unknown = this.#nextId++): Promise<Wire> {
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return JSON.parse(await this.receive()) as Wire;
  }

  /** Sends a request and gives its result's value. @throws Error with the error response */
  async value(method: string, params: Wire): Promise<unknown> {
    const response = await this.request(method, params);
    if (response["error"] !== undefined) throw new Error(JSON.stringify(response["error"]));
    return (response["result"] as Wire | null)?.["value"];
  }

  /** Creates an object and gives its id. */
  async create(type: string, constructorParams: Wire = {}): Promise<string> {
    return String(await this.value("create", { type, constructorParams }));
  }

  /** Invokes an operation and gives its value. */
  invoke(object: string, operation: string, operationParams: Wire = {}): Promise<unknown> {
    return this.value("invoke", { object, operation, operationParams });
  }

  /** The first event, now or later, that fits. */
  async event(fits: (event: Wire) => boolean): Promise<Wire> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Code and reason of the close, when it comes. */
  async closed(): Promise<{ code: number; reason: string }> {
    const [code, reason] = (await once(this.#socket, "close")) as [number, Buffer];
    return { code, reason: String(reason) };
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Closes in order. */
  async close(): Promise<void> {
    const closed = this.closed();
    this.#socket.close();
    await closed;
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    const message = text === "" ? undefined : (JSON.parse(text) as Wire);
    if (message?.["method"] === "onEvent")
      this.events.push((message["params"] as Wire)["value"] as Wire);
    else this.#received.push(text);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
