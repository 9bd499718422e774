import type { JsonObject } from "@kms/core/jsonrpc";

import { blockingOperations } from "../worker/blocking-operations.js";
import { rootOf } from "./registry/object-record.js";
import type { Registry } from "./registry/registry.js";
import type { SessionConnection } from "./sessions/connection-map.js";

/** A call that a worker has got, and its response once that is known. */
export interface CallInLine {
  /** Calls of the same connection that the worker does before this one. */
  readonly ahead: number;
  text: string | undefined;
}

/**
 * The calls of one connection that are with a worker. All are of one pipeline, so that the worker does them one after
 * the other; handing them over without waiting for each answer saves a round trip per call and changes nothing else.
 */
export class CallLine {
  readonly #connection: SessionConnection;
  readonly #calls: CallInLine[] = [];
  #pipeline: string | undefined;
  #waiting: (() => void)[] = [];

  constructor(connection: SessionConnection) {
    this.#connection = connection;
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Whether a call of this pipeline may be added. `max` calls may be in line. */
  takes(pipeline: string, max: number): boolean {
    return this.isEmpty || (this.#pipeline === pipeline && this.#calls.length < max);
  }

  add(pipeline: string): CallInLine {
    const call: CallInLine = { ahead: this.#calls.length, text: undefined };
    this.#pipeline = pipeline;
    this.#calls.push(call);
    return call;
  }

  /** The call has its response, which is sent after those of the calls before it. */
  finish(call: CallInLine, text: string): void {
    call.text = text;
    while (this.#calls[0]?.text !== undefined)
      this.#connection.send(this.#calls.shift()?.text ?? "");
    if (this.isEmpty) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when all are answered. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isEmpty) resolve();
      else this.#waiting.push(resolve);
    });
  }
}

/**
 * Id of the pipeline that an `invoke` is for; `undefined` when it does not wait its turn in a worker: the object is not
 * there, it is the ServerManager, or the operation answers when media is done.
 */
export function pipelineOfCall(
  params: JsonObject | undefined,
  registry: Registry,
): string | undefined {
  const { object, operation } = params ?? {};
  if (typeof object !== "string" || typeof operation !== "string") return undefined;
  if (blockingOperations.has(operation)) return undefined;
  const record = registry.find(object);
  return record?.slot === undefined ? undefined : rootOf(record).id;
}
