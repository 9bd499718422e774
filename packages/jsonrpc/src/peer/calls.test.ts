import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../clock.js";
import type { JsonValue } from "../codec/json.js";
import { stringifyJson } from "../codec/json.js";
import type { RpcParams } from "../codec/parse.js";
import { isRpcError, RpcError, RpcErrorCode } from "../errors.js";
import type { Transport } from "../transport/transport.js";
import { Peer } from "./peer.js";

interface Call {
  method: string;
  params?: RpcParams;
  timeoutMs?: number;
}

interface Happened {
  sends: string[];
  settles: unknown[];
  problems: string[];
}

interface Step extends Partial<Happened> {
  request?: Call;
  notify?: Call;
  receive?: string;
  cancel?: number;
  close?: true;
  advance?: number;
}

interface Vectors {
  cases: { name: string; steps: Step[] }[];
}

/** A wire whose far end is the test. */
class TestTransport implements Transport {
  readonly sent: string[] = [];
  receive: (text: string) => void = () => undefined;
  #closed: (error: Error | undefined) => void = () => undefined;

  send(text: string): void {
    this.sent.push(text);
  }

  onMessage(handler: (text: string) => void): void {
    this.receive = handler;
  }

  onClose(handler: (error: Error | undefined) => void): void {
    this.#closed = handler;
  }

  close(error?: Error): void {
    this.#closed(error);
  }
}

/** Runs the steps of `vectors/calls.json`. */
class Script {
  readonly #clock = new ManualClock();
  readonly #transport = new TestTransport();
  readonly #cancels: AbortController[] = [];
  readonly #peer: Peer;
  #happened: Happened = { sends: this.#transport.sent, settles: [], problems: [] };

  constructor() {
    this.#peer = new Peer(this.#transport, {
      clock: this.#clock,
      onProblem: ({ kind }) => this.#happened.problems.push(kind),
    });
    this.#peer.handle("echo", (params) => params);
  }

  async run(step: Step): Promise<Happened> {
    await settled();
    this.#transport.sent.length = 0;
    this.#happened = { sends: this.#transport.sent, settles: [], problems: [] };
    if (step.request) this.#request(step.request);
    if (step.notify) this.#peer.notify(step.notify.method, step.notify.params);
    if (step.receive !== undefined) this.#transport.receive(step.receive);
    if (step.cancel !== undefined)
      this.#cancels[step.cancel]?.abort(new RpcError(RpcErrorCode.serverError, "cancelled"));
    if (step.close) this.#peer.close();
    if (step.advance !== undefined) this.#clock.advance(step.advance);
    await settled();
    return this.#happened;
  }

  #request({ method, params, timeoutMs }: Call): void {
    const call = this.#cancels.length;
    const canceller = new AbortController();
    this.#cancels.push(canceller);
    this.#peer.request(method, params, { timeoutMs, signal: canceller.signal }).then(
      (result) => this.#happened.settles.push({ call, result: stringifyJson(result) }),
      (error: unknown) => this.#happened.settles.push({ call, ...describeError(error) }),
    );
  }
}

function describeError(error: unknown): object {
  if (!isRpcError(error)) throw error;
  const { code, message, data } = error;
  const text: JsonValue | undefined = data;
  return text === undefined ? { code, message } : { code, message, data: stringifyJson(text) };
}

/** After all promise callbacks that are due. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("calls of the shared vectors", () => {
  const file = readFileSync(new URL("../../vectors/calls.json", import.meta.url), "utf8");

  it.each((JSON.parse(file) as Vectors).cases)("$name", async ({ steps }) => {
    const script = new Script();
    for (const step of steps) {
      const { sends = [], settles = [], problems = [] } = step;
      expect(await script.run(step), JSON.stringify(step)).toEqual({ sends, settles, problems });
    }
  });
});
