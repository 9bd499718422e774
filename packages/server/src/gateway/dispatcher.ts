import type { Logger } from "@kms/core";
import {
  invalidRequest,
  isJsonObject,
  methodNotFound,
  parseMessage,
  serializeError,
  serializeResult,
  stringifyJson,
} from "@kms/core/jsonrpc";
import type {
  JsonObject,
  JsonValue,
  ResponseCache,
  RpcError,
  RequestId,
  RpcMessage,
  RpcNotification,
  RpcRequest,
} from "@kms/core/jsonrpc";

import { CallLine, pipelineOfCall } from "./call-line.js";
import type { RequestMeter } from "./metrics/request-meter.js";
import { MethodParams } from "./methods/method-params.js";
import { methodTable } from "./methods/method-table.js";
import type { MethodState } from "./methods/method.js";
import { toReplyError } from "./reply-error.js";
import type { ConnectionMap, SessionConnection } from "./sessions/connection-map.js";

/** What answers are made with. */
export interface DispatcherParts {
  readonly state: MethodState;
  readonly connections: ConnectionMap;
  /** `undefined` when responses are not cached. */
  readonly cache: ResponseCache | undefined;
  readonly meter: RequestMeter;
  readonly log: Logger;
}

/** One answered call. */
interface Outcome {
  readonly text: string;
  /** Session that the response names. */
  readonly sessionId: string | undefined;
}

/** One response to be made. */
interface Run {
  readonly message: RpcRequest | RpcNotification;
  readonly params: JsonObject | undefined;
  /** Calls of the same connection that the worker does first. */
  readonly ahead: number;
  readonly afterwards: (() => void)[];
}

/** A request that a worker answers in its turn. */
interface WorkerRequest {
  readonly message: RpcRequest;
  readonly params: JsonObject;
  readonly session: string;
  readonly pipeline: string;
}

/** Calls of one connection that a worker may have at a time. */
const maxInLine = 128;

/** Name under which texts that are no requests are counted. */
const invalidMethod = "invalid";

/** The names that requests are counted under. */
export const meteredMethods: readonly string[] = [...methodTable.keys(), invalidMethod];

/** Turns the texts of clients into responses: envelope, session, cache, method, and errors, all in one place. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #cacheLog: Logger;
  readonly #lines = new WeakMap<SessionConnection, CallLine>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#cacheLog = parts.log.category("KurentoRequestCache");
  }

  /**
   * Handles one text and sends its response. Never rejects.
   * @returns what the next text of this connection has to wait for, if anything
   */
  handle(text: string, connection: SessionConnection): Promise<void> | undefined {
    const message = parseMessage(text);
    const line = this.#lineOf(connection);
    const call = this.#workerCall(message, connection);
    if (call !== undefined && line.takes(call.pipeline, maxInLine)) {
      this.#answerInLine(call, line);
      return undefined;
    }
    return line.isEmpty
      ? this.#answerAlone(message, connection)
      : line.drained().then(() => this.#answerAlone(message, connection));
  }

  /**
   * The request as a call that a worker answers in its turn; `undefined` when the gateway has to do more than pass it on,
   * so that it must be alone: all but operations of elements, in the session that the connection serves.
   */
  #workerCall(message: RpcMessage, connection: SessionConnection): WorkerRequest | undefined {
    if (message.kind !== "request" || message.method !== "invoke") return undefined;
    const session = this.#parts.connections.sessionOf(connection);
    if (session === undefined || !isJsonObject(message.params as JsonValue)) return undefined;
    const params = this.#withSession(message.params as JsonObject, connection);
    if (params?.["sessionId"] !== session) return undefined;
    if (this.#parts.cache?.get(session, message.id) !== undefined) return undefined;
    const pipeline = pipelineOfCall(params, this.#parts.state.registry);
    return pipeline === undefined ? undefined : { message, params, session, pipeline };
  }

  #answerInLine({ message, params, session, pipeline }: WorkerRequest, line: CallLine): void {
    const { cache } = this.#parts;
    const call = line.add(pipeline);
    const made = this.#run({ message, params, ahead: call.ahead, afterwards: [] });
    const finished = made.then(({ text }) => {
      this.#remember(session, message.id, text);
      line.finish(call, text);
      return text;
    });
    cache?.begin(session, message.id, finished);
  }

  async #answerAlone(message: RpcMessage, connection: SessionConnection): Promise<void> {
    if (message.kind === "invalid") return this.#refuse(connection, message.error);
    if (message.kind !== "request" && message.kind !== "notification")
      return this.#refuse(connection, invalidRequest());
    if (Array.isArray(message.params)) return this.#refuse(connection, invalidRequest());
    const params = this.#withSession(message.params, connection);
    const session = sessionText(params?.["sessionId"]);
    const known = this.#known(message, session);
    if (known !== undefined) return connection.send(await known);
    const afterwards: (() => void)[] = [];
    const made = this.#make({ message, params, ahead: 0, afterwards }, connection, session);
    if (session !== undefined && message.kind === "request")
      this.#parts.cache?.begin(session, message.id, made);
    connection.send(await made);
    for (const action of afterwards) action();
  }

  #refuse(connection: SessionConnection, error: RpcError): void {
    const { meter } = this.#parts;
    connection.send(serializeError(null, error));
    meter.record(invalidMethod, error.code, meter.now());
  }

  /** The response to a request that came before; it may be just being made. */
  #known(
    message: RpcRequest | RpcNotification,
    session: string | undefined,
  ): string | Promise<string> | undefined {
    if (message.kind !== "request" || session === undefined) return undefined;
    const known = this.#parts.cache?.get(session, message.id);
    if (known === undefined) return undefined;
    this.#parts.meter.duplicates += 1;
    this.#cacheLog.log("response taken", { session, id: message.id });
    return known;
  }

  async #make(run: Run, connection: SessionConnection, given: string | undefined): Promise<string> {
    const { text, sessionId } = await this.#run(run);
    if (sessionId !== undefined) this.#bind(sessionId, connection);
    const session = given ?? sessionId;
    if (run.message.kind === "request" && session !== undefined)
      this.#remember(session, run.message.id, text);
    return text;
  }

  #remember(session: string, id: RequestId, text: string): void {
    this.#parts.cache?.set(session, id, text);
    if (this.#cacheLog.isOn("log")) this.#cacheLog.log("response kept", { session, id });
  }

  #lineOf(connection: SessionConnection): CallLine {
    const known = this.#lines.get(connection);
    if (known !== undefined) return known;
    const line = new CallLine(connection);
    this.#lines.set(connection, line);
    return line;
  }

  // A connection that serves a session need not name it.
  #withSession(
    params: JsonObject | undefined,
    connection: SessionConnection,
  ): JsonObject | undefined {
    if (params?.["sessionId"] !== undefined) return params;
    const sessionId = this.#parts.connections.sessionOf(connection);
    return sessionId === undefined ? params : { ...params, sessionId };
  }

  #run(run: Run): Promise<Outcome> {
    return this.#parts.log.isOn("debug") ? this.#runLogged(run) : this.#outcome(run);
  }

  async #runLogged(run: Run): Promise<Outcome> {
    const { log } = this.#parts;
    const { method, params } = run.message;
    log.debug("request", { method, params });
    const outcome = await this.#outcome(run);
    log.debug("response", { method, text: outcome.text });
    return outcome;
  }

  async #outcome(run: Run): Promise<Outcome> {
    const { message, params } = run;
    const { meter, log } = this.#parts;
    const id = message.kind === "request" ? message.id : null;
    const startedMs = meter.now();
    try {
      const result = await this.#execute(message.method, params, run);
      meter.record(message.method, 0, startedMs);
      const text = id === null ? ignoredText(result) : serializeResult(id, result);
      return { text, sessionId: sessionOf(result) };
    } catch (thrown) {
      const error = toReplyError(thrown, log);
      meter.record(message.method, error.code, startedMs);
      return { text: serializeError(id, error), sessionId: undefined };
    }
  }

  async #execute(name: string, members: JsonObject | undefined, run: Run): Promise<JsonValue> {
    const method = methodTable.get(name);
    if (method === undefined) throw methodNotFound();
    return method({
      params: new MethodParams(members),
      state: this.#parts.state,
      ahead: run.ahead,
      afterResponse: (action) => run.afterwards.push(action),
      execute: (other, params) => this.#execute(other, params, run),
    });
  }

  #bind(session: string, connection: SessionConnection): void {
    const isNew = this.#parts.connections.bind(session, connection);
    if (isNew) this.#parts.state.sessions.touch(session);
  }
}

function sessionText(session: JsonValue | undefined): string | undefined {
  return session === undefined || typeof session === "object" ? undefined : String(session);
}

function sessionOf(result: JsonValue): string | undefined {
  const sessionId = isJsonObject(result) ? result["sessionId"] : undefined;
  return typeof sessionId === "string" ? sessionId : undefined;
}

// Kurento runs a call without an id, and then complains about having a result; without one it sends an empty text.
function ignoredText(result: JsonValue): string {
  if (result === null) return "";
  const message = "Ignoring response because of a notification request";
  const error: JsonObject = { code: -32000, data: result, message };
  return stringifyJson({ error, id: null, jsonrpc: "2.0" });
}
