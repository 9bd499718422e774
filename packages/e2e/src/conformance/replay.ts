import { once } from "node:events";

import { withEcho } from "./echo.js";
import { EventLog } from "./event-log.js";
import { isObject, mapTexts, type Json, type JsonObject } from "./json.js";
import { LiveConnection } from "./live-connection.js";
import { findDifference } from "./match.js";
import { normaliseResponse } from "./normalise.js";
import { Bindings } from "./symbols.js";
import type { Line, SendLine, Transcript } from "./transcript.js";

/** How one exchange went. */
export interface Exchange {
  /** Its number in the transcript. */
  readonly n: number;
  /** Request and expected response, as the transcript has them. */
  readonly text: string;
  readonly expected: Json;
  /** What is wrong with the response, `undefined` when it matches. */
  readonly difference: string | undefined;
}

/** How the events of a transcript went. */
export interface EventOutcome {
  readonly expected: number;
  /** Events that differ, each with what is wrong. */
  readonly findings: readonly string[];
}

export interface ReplayResult {
  readonly transcript: string;
  readonly exchanges: readonly Exchange[];
  readonly events: EventOutcome;
}

export interface ReplayOptions {
  /** `ws://host:port`, without a path. */
  readonly origin: string;
  /** What `<media>` and `<recordings>` stand for: paths below `/`, without it. */
  readonly folders: Readonly<Record<string, string>>;
  /** Factor for the pauses of the recording. */
  readonly timeScale: number;
  /** Tells which events will not come. */
  isExceptedEvent(transcript: string, event: string): boolean;
}

const USUAL_PATH = "/kurento";
/** Recorded pauses in which nothing certain happens are no longer than this. */
const MAX_PAUSE_MS = 500;
/** How much longer than in the recording an event may take. */
const PATIENCE = 1.5;
const MIN_PATIENCE_MS = 2000;

interface Sent {
  readonly line: SendLine;
  readonly id: Json | undefined;
}

/** Plays the client's part of a transcript to a server and compares what the server answers. */
export class Replay {
  readonly #transcript: Transcript;
  readonly #options: ReplayOptions;
  readonly #bindings: Bindings;
  readonly #connections = new Map<number, LiveConnection>();
  readonly #logs = new Map<number, EventLog>();
  readonly #sent = new Map<number, Sent>();
  readonly #exchanges: Exchange[] = [];

  constructor(transcript: Transcript, options: ReplayOptions) {
    this.#transcript = transcript;
    this.#options = options;
    const texts = transcript.lines.map((line) => ("texts" in line ? line.texts : {}));
    this.#bindings = new Bindings(Object.assign({}, options.folders, ...texts) as {});
  }

  async run(): Promise<ReplayResult> {
    for (const line of this.#transcript.lines) await this.#play(line);
    await this.#eventsComplete(MIN_PATIENCE_MS);
    for (const connection of this.#connections.values()) connection.drop();
    const logs = [...this.#logs.values()];
    const expected = logs.reduce((sum, log) => sum + log.expectedCount, 0);
    const findings = logs.flatMap((log) => log.findings());
    const { name } = this.#transcript;
    return { transcript: name, exchanges: this.#exchanges, events: { expected, findings } };
  }

  async #play(line: Line): Promise<void> {
    if ("open" in line) await this.#connect(line.open, line.path);
    else if ("on" in line && "n" in line) await this.#send(line);
    else if ("on" in line) this.#expectEvent(line.on, line.event, line.shape);
    else if ("n" in line) await this.#receive(line.n, line.expect);
    else if ("wait" in line) await this.#pause(line.wait * this.#options.timeScale);
    else if ("code" in line) await this.#closedByServer(line.closed, line.code);
    else if ("close" in line || "drop" in line) this.#close(line.close, line.drop);
  }

  async #connect(on: number, path: string): Promise<LiveConnection> {
    const connection = new LiveConnection(`${this.#options.origin}${path}`, this.#log(on));
    this.#connections.set(on, connection);
    await connection.opened();
    return connection;
  }

  async #send(line: SendLine): Promise<void> {
    const connection = this.#connections.get(line.on) ?? (await this.#connect(line.on, USUAL_PATH));
    const request =
      line.send === undefined
        ? undefined
        : mapTexts(line.send, (text) => this.#bindings.fill(text));
    const id = isObject(request) ? idOf(request) : undefined;
    this.#sent.set(line.n, { line, id });
    const text = line.raw ?? line.binary ?? JSON.stringify(withVersion(request ?? null));
    connection.send(this.#bindings.fill(text), line.binary !== undefined);
    if (line.expect !== undefined) await this.#receive(line.n, line.expect);
  }

  async #receive(n: number, expect: Json): Promise<void> {
    const sent = this.#sent.get(n);
    const connection = sent && this.#connections.get(sent.line.on);
    if (sent === undefined || connection === undefined)
      throw new Error(`nothing was sent for ${n}`);
    const { send, raw } = sent.line;
    const actual = normaliseResponse(send, await connection.response(sent.id));
    const expected = withEcho(send, expect);
    const difference = findDifference(expected, actual, this.#bindings);
    if (n === 0) return;
    const text = `${JSON.stringify(send ?? raw)} ${JSON.stringify(expected)}`;
    this.#exchanges.push({ n, text, expected, difference });
  }

  #expectEvent(on: number, event: JsonObject | undefined, shape: JsonObject | undefined): void {
    if (event !== undefined) this.#log(on).expect(event, this.#isAwaited(event));
    if (shape !== undefined) this.#log(on).expectShape(shape);
  }

  #isAwaited(event: JsonObject): boolean {
    const { name } = this.#transcript;
    const text = JSON.stringify(event);
    return !this.#bindings.hasInvented(text) && !this.#options.isExceptedEvent(name, text);
  }

  async #closedByServer(on: number, code: number): Promise<void> {
    const actual = await this.#connections.get(on)?.closed();
    const isRight = actual === code;
    this.#exchanges.push({
      n: this.#exchanges.length + 1,
      text: `close ${code}`,
      expected: { closed: code },
      difference: isRight ? undefined : `close ${code} expected, ${String(actual)} came`,
    });
  }

  #close(closed: number | undefined, dropped: number | undefined): void {
    if (closed !== undefined) this.#connections.get(closed)?.close();
    if (dropped !== undefined) this.#connections.get(dropped)?.drop();
  }

  // The recording waited for something: for events that are named, else for media to go on a little.
  async #pause(ms: number): Promise<void> {
    if (this.#isComplete()) await elapsed(Math.min(ms, MAX_PAUSE_MS));
    else await this.#eventsComplete(Math.max(ms * PATIENCE, MIN_PATIENCE_MS));
  }

  async #eventsComplete(atMostMs: number): Promise<void> {
    const end = performance.now() + atMostMs;
    while (!this.#isComplete() && performance.now() < end) await elapsed(20);
    for (const log of this.#logs.values()) log.giveUp();
  }

  #isComplete(): boolean {
    return [...this.#logs.values()].every((log) => log.isComplete);
  }

  #log(on: number): EventLog {
    const log = this.#logs.get(on) ?? new EventLog(this.#bindings);
    this.#logs.set(on, log);
    return log;
  }
}

/** The id that the response will have; `undefined` for one that it cannot have. */
function idOf({ id = null }: JsonObject): Json | undefined {
  return typeof id === "boolean" ? undefined : id;
}

function withVersion(request: Json): Json {
  return isObject(request) ? { jsonrpc: "2.0", ...request } : request;
}

/** Time that a recording has between two requests; it is part of what is replayed. */
async function elapsed(ms: number): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  await once(signal, "abort");
}
