import { withoutEcho } from "../src/conformance/echo.js";
import { eventOf, isCertain, isRepeatable, normaliseEvent } from "../src/conformance/event-log.js";
import { isObject, mapTexts, type Json, type JsonObject } from "../src/conformance/json.js";
import { normaliseResponse } from "../src/conformance/normalise.js";
import { SymbolTable } from "../src/conformance/symbols.js";
import type { Line, SendLine } from "../src/conformance/transcript.js";
import { preparation, remarks } from "./recordings.js";
import { shareTexts } from "./share-texts.js";

/** One line of a recording. */
export interface Recorded {
  /** Milliseconds since the start. */
  readonly t: number;
  readonly conn?: number;
  readonly dir?: string;
  readonly msg?: JsonObject;
  readonly raw?: string;
  readonly binary?: string;
  readonly code?: number;
  readonly note?: string;
}

interface Pending {
  readonly n: number;
  readonly on: number;
  readonly request: JsonObject | undefined;
  readonly position: number;
}

/** Pauses shorter than this are the recorder's own. */
const MIN_WAIT_MS = 150;
/** Kurento breaks a connection off with it. */
const ABNORMAL = 1006;

/** Turns one recording into the lines of a transcript. */
export class TranscriptMaker {
  readonly #name: string;
  readonly #symbols = new SymbolTable();
  readonly #lines: Line[] = [];
  readonly #pending: Pending[] = [];
  readonly #once = new Set<string>();
  #requested = "";
  #seen = "";
  #lastT = 0;
  #n = 0;

  constructor(name: string) {
    this.#name = name;
  }

  make(recorded: readonly Recorded[]): readonly Line[] {
    const encoded = recorded.map((line) => this.#encode(line));
    this.#requested = encoded
      .filter(({ dir }) => dir === "send")
      .map(({ msg }) => JSON.stringify(msg ?? null))
      .join("\n");
    this.#lines.push(...preparation(this.#name, encoded));
    for (const line of encoded) {
      this.#add(line);
      this.#remember(line);
    }
    return shareTexts(this.#lines);
  }

  #encode(line: Recorded): Recorded {
    const change = (text: string): string =>
      this.#symbols
        .encode(text)
        .replaceAll("file:///media/", "file://<media>/")
        .replaceAll("file:///recordings/", "file://<recordings>/");
    const msg = line.msg === undefined ? {} : { msg: mapTexts(line.msg, change) as JsonObject };
    return { ...line, ...msg };
  }

  #add(line: Recorded): void {
    if (line.note !== undefined) this.#note(line.note);
    else if (line.dir === "send") this.#send(line);
    else if (line.dir === "recv") this.#receive(line);
    else if (line.dir?.endsWith("close")) this.#close(line);
  }

  #note(note: string): void {
    this.#lines.push({ note });
    const remark = remarks[note];
    if (remark !== undefined) this.#lines.push(remark);
  }

  #wait(t: number): void {
    if (t - this.#lastT >= MIN_WAIT_MS) this.#lines.push({ wait: t - this.#lastT });
    this.#lastT = t;
  }

  #send({ t, conn = 0, msg, raw, binary }: Recorded): void {
    this.#wait(t);
    this.#n += 1;
    const { jsonrpc: _, ...request } = msg ?? {};
    const line: SendLine = {
      n: this.#n,
      on: conn,
      ...(msg === undefined ? {} : { send: request }),
      ...(raw === undefined ? {} : { raw }),
      ...(binary === undefined ? {} : { binary }),
    };
    this.#pending.push({ n: this.#n, on: conn, request: msg, position: this.#lines.length });
    this.#lines.push(line);
  }

  #receive({ t, conn = 0, msg = {} }: Recorded): void {
    const event = eventOf(msg);
    if (event !== undefined) return this.#event(conn, event);
    this.#lastT = t;
    const pending = this.#takePending(conn, msg["id"] ?? null);
    const response = normaliseResponse(pending.request, msg) as JsonObject;
    const expect = withoutEcho(pending.request, response);
    this.#expect(pending, this.#withoutStrangers(pending.request, expect));
  }

  #takePending(on: number, id: Json): Pending {
    const ofConnection = this.#pending.filter((each) => each.on === on);
    const same = ofConnection.find(({ request }) => (request?.["id"] ?? null) === id);
    const found = same ?? ofConnection[0];
    if (found === undefined) throw new Error(`${this.#name}: response without a request`);
    this.#pending.splice(this.#pending.indexOf(found), 1);
    return found;
  }

  // The response joins its request where nothing lies between them.
  #expect({ n, position }: Pending, expect: Json): void {
    const sent = this.#lines[position];
    const isNext = position === this.#lines.length - 1;
    if (isNext && sent !== undefined && "n" in sent) this.#lines[position] = { ...sent, expect };
    else this.#lines.push({ n, expect });
  }

  #event(on: number, event: JsonObject): void {
    const normal = normaliseEvent(event);
    const type = String(normal["type"]);
    const key = `${on} ${isCertain(type) ? JSON.stringify(normal) : type}`;
    const isOnce = !isCertain(type) || isRepeatable(type);
    if (isOnce && this.#once.has(key)) return;
    this.#once.add(key);
    this.#lines.push(isCertain(type) ? { on, event: normal } : { on, shape: normal });
  }

  #close({ t, conn = 0, dir, code = 0 }: Recorded): void {
    if (dir === "server-close") return;
    const pending = this.#pending.find(({ on }) => on === conn);
    if (pending !== undefined) {
      this.#pending.splice(this.#pending.indexOf(pending), 1);
      return this.#expect(pending, { closed: code });
    }
    this.#wait(t);
    if (code === ABNORMAL) this.#lines.push({ drop: conn });
    else this.#lines.push(code === 1000 ? { close: conn } : { closed: conn, code });
  }

  // A recorded server had sessions and pipelines of earlier recordings. Those that no request names are left out.
  #withoutStrangers(request: JsonObject | undefined, response: Json): Json {
    const params = isObject(request?.["params"]) ? request["params"] : {};
    const isList = /^get(Sessions|Pipelines)$/.test(String(params["operation"]));
    if (!isList || !isObject(response) || !isObject(response["result"])) return response;
    const { value } = response["result"];
    if (!Array.isArray(value)) return response;
    const own = value.filter((id: Json) => id !== "" && this.#isOwn(JSON.stringify(id)));
    const isSessions = params["operation"] === "getSessions";
    const list = isSessions ? [...own.map(() => ""), ...own] : own;
    return { ...response, result: { ...response["result"], value: list } };
  }

  #isOwn(id: string): boolean {
    return this.#seen.includes(id) || this.#requested.includes(id);
  }

  #remember({ msg }: Recorded): void {
    const text = JSON.stringify(msg ?? null);
    if (!text.includes('["",')) this.#seen += text;
  }
}
