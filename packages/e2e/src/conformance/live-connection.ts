import { EventEmitter, once } from "node:events";

import WebSocket from "ws";

import { eventOf, type EventLog } from "./event-log.js";
import { isObject, type Json } from "./json.js";

/** A client waits as long for an answer before it gives up. */
const ANSWER_MS = 10_000;

/** One connection of a replay. */
export class LiveConnection {
  readonly #socket: WebSocket;
  readonly #changes = new EventEmitter();
  readonly #responses: Json[] = [];
  #closeCode: number | undefined;

  constructor(url: string, events: EventLog) {
    this.#socket = new WebSocket(url);
    this.#socket.on("message", (data) => this.#onText(String(data), events));
    this.#socket.on("error", () => undefined); // "close" follows
    this.#socket.on("close", (code) => {
      this.#closeCode = code;
      this.#changes.emit("change");
    });
  }

  /** Resolves once it is open; rejects when it cannot be opened. */
  async opened(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, "open");
  }

  send(text: string, isBinary: boolean): void {
    this.#socket.send(text, { binary: isBinary });
  }

  /**
   * The response with this id, `undefined` for the next one of any id. Where none comes: `{closed: code}` or
   * `{silent: true}`.
   */
  async response(id: Json | undefined): Promise<Json> {
    return (await this.#wait(() => this.#take(id) ?? this.#closure())) ?? { silent: true };
  }

  /** The code with which the server closes the connection, `undefined` when it does not. */
  async closed(): Promise<number | undefined> {
    return this.#wait(() => this.#closeCode);
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  async #wait<T>(look: () => T | undefined): Promise<T | undefined> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    for (let found = look(); !signal.aborted; found = look()) {
      if (found !== undefined) return found;
      await once(this.#changes, "change", { signal }).catch(() => undefined);
    }
    return undefined;
  }

  #take(id: Json | undefined): Json | undefined {
    const index = this.#responses.findIndex((response) => {
      return id === undefined || (isObject(response) && response["id"] === id);
    });
    return index < 0 ? undefined : this.#responses.splice(index, 1)[0];
  }

  #closure(): Json | undefined {
    return this.#closeCode === undefined ? undefined : { closed: this.#closeCode };
  }

  #onText(text: string, events: EventLog): void {
    const message = text === "" ? "" : (JSON.parse(text) as Json);
    const event = eventOf(message);
    if (event === undefined) this.#responses.push(message);
    else events.add(event);
    this.#changes.emit("change");
  }
}
