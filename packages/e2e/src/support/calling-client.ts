// A JSON-RPC connection that may have many calls under way and hears events; light enough to load a server with.
import { once } from "node:events";
import WebSocket from "ws";
import type { Answer } from "./raw-client.js";

interface Message extends Answer {
  readonly method?: string;
  readonly params?: { readonly value: { readonly type: string; readonly object: string } };
}

export class CallingClient implements Disposable {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #id = 0;
  /** Events received, by their names. */
  readonly events = new Map<string, number>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#onMessage(JSON.parse(String(data)) as Message));
  }

  static async open(url: string): Promise<CallingClient> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new CallingClient(socket);
  }

  call(method: string, params: object = {}): Promise<Answer> {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** The value of the call's result. @throws Error with the call's error */
  async value(method: string, params: object): Promise<unknown> {
    const { error, result } = await this.call(method, params);
    if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`);
    return result?.value;
  }

  async create(type: string, constructorParams: object = {}): Promise<string> {
    return String(await this.value("create", { type, constructorParams }));
  }

  invoke(object: string, operation: string, operationParams: object = {}): Promise<unknown> {
    return this.value("invoke", { object, operation, operationParams });
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #onMessage({ id, method, params, ...answer }: Message): void {
    if (method === "onEvent") {
      const type = params?.value.type ?? "";
      this.events.set(type, (this.events.get(type) ?? 0) + 1);
      return;
    }
    const resolve = this.#pending.get(id ?? 0);
    this.#pending.delete(id ?? 0);
    resolve?.(answer);
  }
}
