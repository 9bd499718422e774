import { once } from "node:events";
import WebSocket from "ws";

/** A response, as far as tests look at it. */
export interface Answer {
  readonly id?: number | null;
  readonly result?: { readonly value?: unknown };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A raw JSON-RPC connection, for what no client library would send. */
export class RawClient implements Disposable {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string): Promise<RawClient> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new RawClient(socket);
  }

  async send(text: string): Promise<Answer> {
    const answer = once(this.#socket, "message");
    this.#socket.send(text);
    return JSON.parse(String((await answer)[0])) as Answer;
  }

  call(method: string, params: object): Promise<Answer> {
    return this.send(JSON.stringify({ jsonrpc: "2.0", id: ++this.#id, method, params }));
  }

  async value(method: string, params: object): Promise<string> {
    return String((await this.call(method, params)).result?.value);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
