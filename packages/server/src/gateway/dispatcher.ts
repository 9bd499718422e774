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
  RpcNotification,
  RpcRequest,
} from "@kms/core/jsonrpc";

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

/** Turns the texts of clients into responses: envelope, session, cache, method, and errors, all in one place. */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Handles one text and sends its response. Never rejects. Texts of one connection must come one by one. */
  async handle(text: string, connection: SessionConnection): Promise<void> {
    const message = parseMessage(text);
    if (message.kind === "invalid") return connection.send(serializeError(null, message.error));
    if (message.kind !== "request" && message.kind !== "notification") {
      return connection.send(serializeError(null, invalidRequest()));
    }
    if (Array.isArray(message.params))
      return connection.send(serializeError(null, invalidRequest()));
    await this.#answer(message, message.params, connection);
  }

  async #answer(
    message: RpcRequest | RpcNotification,
    given: JsonObject | undefined,
    connection: SessionConnection,
  ): Promise<void> {
    const params = this.#withSession(given, connection);
    const key = this.#cacheKey(message, params?.["sessionId"]);
    const cached = key === undefined ? undefined : this.#parts.cache?.get(key);
    if (cached !== undefined) return connection.send(cached);
    const afterwards: (() => void)[] = [];
    const { text, sessionId } = await this.#run(message, params, afterwards);
    if (sessionId !== undefined) this.#bind(sessionId, connection);
    const finalKey = key ?? this.#cacheKey(message, sessionId);
    if (finalKey !== undefined) this.#parts.cache?.set(finalKey, text);
    connection.send(text);
    for (const action of afterwards) action();
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

  async #run(
    message: RpcRequest | RpcNotification,
    params: JsonObject | undefined,
    afterwards: (() => void)[],
  ): Promise<Outcome> {
    const id = message.kind === "request" ? message.id : null;
    try {
      const result = await this.#execute(message.method, params, afterwards);
      const text = id === null ? ignoredText(result) : serializeResult(id, result);
      return { text, sessionId: sessionOf(result) };
    } catch (thrown) {
      return { text: this.#errorText(id, thrown), sessionId: undefined };
    }
  }

  async #execute(
    name: string,
    members: JsonObject | undefined,
    afterwards: (() => void)[],
  ): Promise<JsonValue> {
    const method = methodTable.get(name);
    if (method === undefined) throw methodNotFound();
    return method({
      params: new MethodParams(members),
      state: this.#parts.state,
      afterResponse: (action) => afterwards.push(action),
      execute: (other, params) => this.#execute(other, params, afterwards),
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
