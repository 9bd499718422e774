import type { Logger } from "@kms/core";
import {
  invalidRequest,
  isJsonObject,
  methodNotFound,
  parseMessage,
  ResponseCache,
  serializeError,
  serializeResult,
  stringifyJson,
} from "@kms/core/jsonrpc";
import type {
  JsonObject,
  JsonValue,
  RequestId,
  RpcMessage,
  RpcNotification,
  RpcRequest,
} from "@kms/core/jsonrpc";

import { CallLine, pipelineOfCall } from "./call-line.js";
import type { CallInLine } from "./call-line.js";
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

/** A response, and what is to be done once it is on its way. */
interface Response {
  readonly text: string;
  readonly afterwards: readonly (() => void)[];
}

/** Calls of one connection that a worker may have at a time. */
const maxInLine = 128;

/** Turns the texts of clients into responses: envelope, session, cache, method, and errors, all in one place. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lines = new WeakMap<SessionConnection, CallLine>();
  /** Responses that are being made, by cache key: a request that comes again meanwhile is not executed again. */
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /**
   * Handles one text and sends its response. Never rejects.
   * @returns what the next text of this connection has to wait for, if anything
   */
  handle(text: string, connection: SessionConnection): Promise<void> | undefined {
    const message = parseMessage(text);
    const line = this.#lineOf(connection);
    const pipeline = this.#pipelineOf(message, connection);
    if (pipeline !== undefined && line.takes(pipeline, maxInLine)) {
      void this.#answerInLine(message as RpcRequest, connection, line.add(pipeline));
      return undefined;
    }
    return line.isEmpty
      ? this.#answerAlone(message, connection)
      : line.drained().then(() => this.#answerAlone(message, connection));
  }

  /**
   * The pipeline whose worker answers this request; `undefined` when the gateway has to do more than pass it on, so that
   * it must be alone: all but operations of elements, in the session that the connection serves.
   */
  #pipelineOf(message: RpcMessage, connection: SessionConnection): string | undefined {
    if (message.kind !== "request" || message.method !== "invoke") return undefined;
    const params = message.params as JsonObject | undefined;
    const session = this.#parts.connections.sessionOf(connection);
    if (session === undefined || (params?.["sessionId"] ?? session) !== session) return undefined;
    if (this.#underWay.has(ResponseCache.key(session, message.id))) return undefined;
    return pipelineOfCall(params, this.#parts.state.registry);
  }

  async #answerInLine(
    message: RpcRequest,
    connection: SessionConnection,
    call: CallInLine,
  ): Promise<void> {
    const params = this.#withSession(message.params as JsonObject | undefined, connection);
    const { text } = await this.#respond(message, params, connection, call.ahead);
    this.#lineOf(connection).finish(call, text);
  }

  async #answerAlone(message: RpcMessage, connection: SessionConnection): Promise<void> {
    if (message.kind === "invalid") return connection.send(serializeError(null, message.error));
    if (message.kind !== "request" && message.kind !== "notification") {
      return connection.send(serializeError(null, invalidRequest()));
    }
    if (Array.isArray(message.params))
      return connection.send(serializeError(null, invalidRequest()));
    const params = this.#withSession(message.params, connection);
    const { text, afterwards } = await this.#respond(message, params, connection, 0);
    connection.send(text);
    for (const action of afterwards) action();
  }

  /** The response: a remembered one, one that is just being made, or a new one. */
  async #respond(
    message: RpcRequest | RpcNotification,
    params: JsonObject | undefined,
    connection: SessionConnection,
    ahead: number,
  ): Promise<Response> {
    const key = this.#cacheKey(message, params?.["sessionId"]);
    const known = key === undefined ? undefined : this.#known(key);
    if (known !== undefined) return { text: await known, afterwards: [] };
    const afterwards: (() => void)[] = [];
    const made = this.#make({ message, params, ahead, afterwards }, connection, key);
    if (key !== undefined) this.#underWay.set(key, made);
    const text = await made;
    if (key !== undefined) this.#underWay.delete(key);
    return { text, afterwards };
  }

  #known(key: string): string | Promise<string> | undefined {
    return this.#parts.cache === undefined
      ? undefined
      : (this.#parts.cache.get(key) ?? this.#underWay.get(key));
  }

  async #make(run: Run, connection: SessionConnection, key: string | undefined): Promise<string> {
    const { text, sessionId } = await this.#run(run);
    if (sessionId !== undefined) this.#bind(sessionId, connection);
    const finalKey = key ?? this.#cacheKey(run.message, sessionId);
    if (finalKey !== undefined) this.#parts.cache?.set(finalKey, text);
    return text;
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

  async #run(run: Run): Promise<Outcome> {
    const { message, params } = run;
    const id = message.kind === "request" ? message.id : null;
    try {
      const result = await this.#execute(message.method, params, run);
      const text = id === null ? ignoredText(result) : serializeResult(id, result);
      return { text, sessionId: sessionOf(result) };
    } catch (thrown) {
      return { text: this.#errorText(id, thrown), sessionId: undefined };
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

  #errorText(id: RequestId | null, thrown: unknown): string {
    return serializeError(id, toReplyError(thrown, this.#parts.log));
  }

  #bind(session: string, connection: SessionConnection): void {
    const isNew = this.#parts.connections.bind(session, connection);
    if (isNew) this.#parts.state.sessions.touch(session);
  }

  #cacheKey(
    message: RpcRequest | RpcNotification,
    session: JsonValue | undefined,
  ): string | undefined {
    if (message.kind !== "request" || session === undefined || typeof session === "object")
      return undefined;
    return ResponseCache.key(String(session), message.id);
  }
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
