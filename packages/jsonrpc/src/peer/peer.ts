import type { ResponseCache } from "../cache/response-cache.js";
import { systemClock } from "../clock.js";
import type { Clock } from "../clock.js";
import type { JsonValue } from "../codec/json.js";
import { parseMessage } from "../codec/parse.js";
import type {
  RequestId,
  RpcFailure,
  RpcInvalid,
  RpcNotification,
  RpcParams,
  RpcRequest,
  RpcResult,
} from "../codec/parse.js";
import {
  serializeError,
  serializeNotification,
  serializeRequest,
  serializeResult,
} from "../codec/serialize.js";
import { internalError, methodNotFound, RpcError, RpcErrorCode, toRpcError } from "../errors.js";
import type { Transport } from "../transport/transport.js";
import { KeyedQueue } from "./keyed-queue.js";
import { PendingRequests } from "./pending-requests.js";
import type { RequestOptions } from "./pending-requests.js";

/** A call as a handler sees it. */
export interface CallContext {
  readonly method: string;
  /** Undefined for a notification, whose result and error go nowhere. */
  readonly id: RequestId | undefined;
  /** Aborted when the connection closes: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Answers a call: its value (undefined is sent as null) or what it throws becomes the response. */
export type Handler = (
  params: RpcParams | undefined,
  context: CallContext,
) => JsonValue | undefined | void | Promise<JsonValue | undefined | void>;

/** What is wrong with a connection, for logs and counters: nothing that a caller is told. */
export type PeerProblem =
  | { readonly kind: "invalid message"; readonly message: RpcInvalid }
  | { readonly kind: "unexpected response"; readonly message: RpcResult | RpcFailure }
  | { readonly kind: "notification failed"; readonly method: string; readonly error: RpcError };

/** Behaviour of a {@link Peer}. */
export interface PeerOptions {
  /** Calls of the same key run in their order, one by one; without a key (undefined) they run at once. Must not throw. */
  readonly queueKey?: (call: RpcRequest | RpcNotification) => string | undefined;
  /** Answers methods that have no handler of their own; without it they get -32601. */
  readonly fallback?: Handler;
  /** Makes what a handler threw the error to send; by default an RpcError stays and the rest is -32603. */
  readonly toRpcError?: (thrown: unknown) => RpcError;
  /** Time for answers to requests that name none; unlimited unless given. */
  readonly timeoutMs?: number;
  /** Id of the first request; the others count on from it. 1 unless given. */
  readonly firstId?: number;
  /**
   * Remembers the responses to the other side's requests: one that comes again (its sender lost the answer) is answered
   * from here and not executed again. Connections may share a cache, each session under a scope of its own.
   */
  readonly responses?: { readonly cache: ResponseCache; readonly scope: string };
  readonly clock?: Clock;
  readonly onProblem?: (problem: PeerProblem) => void;
}

/** One side of a connection: calls the other side's methods and answers its calls, each exactly once. */
export class Peer {
  readonly #transport: Transport;
  readonly #options: PeerOptions;
  readonly #pending: PendingRequests;
  readonly #handlers = new Map<string, Handler>();
  readonly #queue = new KeyedQueue();
  readonly #closing = new AbortController();
  #closedWith: RpcError | undefined;
  #nextId: number;

  constructor(transport: Transport, options: PeerOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    this.#nextId = options.firstId ?? 1;
    this.#pending = new PendingRequests(options.clock ?? systemClock);
    transport.onClose((error) => this.#onClose(error));
    // A microtask later, so that whoever makes the peer can add its handlers before the first call.
    queueMicrotask(() => transport.onMessage((text) => this.#onText(text)));
  }

  /** Id that the next request will have. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Requests waiting for their answer. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /** Why the connection is closed; undefined while it is open. */
  get closedWith(): RpcError | undefined {
    return this.#closedWith;
  }

  /** Aborted when the connection closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Names who answers a method; a later handler replaces an earlier one. */
  handle(method: string, handler: Handler): void {
    this.#handlers.set(method, handler);
  }

  /**
   * Calls a method of the other side.
   * @throws RpcError the other side's error, -32001 after the time-out, -32002 when the connection closes
   */
  request(method: string, params?: RpcParams, options: RequestOptions = {}): Promise<JsonValue> {
    try {
      return this.#request(method, params, options);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Sends a call that gets no answer; lost without notice when the connection is closed. */
  notify(method: string, params?: RpcParams): void {
    this.#transport.send(serializeNotification(method, params));
  }

  /** Closes the connection; pending requests are rejected with -32002. */
  close(error?: Error): void {
    this.#transport.close(error);
  }

  #request(
    method: string,
    params: RpcParams | undefined,
    options: RequestOptions,
  ): Promise<JsonValue> {
    if (this.#closedWith !== undefined) throw this.#closedWith;
    options.signal?.throwIfAborted();
    const id = this.#nextId;
    const text = serializeRequest(id, method, params);
    this.#nextId += 1;
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    const answer = this.#pending.add(id, method, { signal: options.signal, timeoutMs });
    this.#transport.send(text);
    return answer;
  }

  #onClose(error: Error | undefined): void {
    const text = error === undefined ? "Connection closed" : `Connection closed: ${error.message}`;
    this.#closedWith = new RpcError(RpcErrorCode.connectionClosed, text, undefined, {
      cause: error,
    });
    this.#pending.rejectAll(this.#closedWith);
    this.#closing.abort(this.#closedWith);
  }

  #onText(text: string): void {
    const message = parseMessage(text);
    switch (message.kind) {
      case "request":
        return this.#schedule(message, () => this.#answer(message));
      case "notification":
        return this.#schedule(message, () => this.#receiveNotification(message));
      case "result":
        return this.#settle(message, (id) => this.#pending.resolve(id, message.result));
      case "failure":
        return this.#settle(message, (id) => this.#pending.reject(id, message.error));
      case "invalid":
        return this.#receiveInvalid(message);
    }
  }

  #schedule(call: RpcRequest | RpcNotification, task: () => Promise<void>): void {
    const key = this.#options.queueKey?.(call);
    if (key === undefined) void task();
    else this.#queue.run(key, task);
  }

  async #answer(request: RpcRequest): Promise<void> {
    const { responses } = this.#options;
    this.#transport.send(
      await (responses === undefined
        ? this.#responseText(request)
        : this.#rememberedText(request, responses)),
    );
  }

  async #rememberedText(
    request: RpcRequest,
    { cache, scope }: NonNullable<PeerOptions["responses"]>,
  ): Promise<string> {
    const known = cache.get(scope, request.id);
    if (known !== undefined) return known;
    const made = this.#responseText(request);
    cache.begin(scope, request.id, made);
    const text = await made;
    cache.set(scope, request.id, text);
    return text;
  }

  // Serialising is inside the catch: a result that is no JSON must still give one answer.
  async #responseText(request: RpcRequest): Promise<string> {
    try {
      return serializeResult(request.id, await this.#call(request, request.id));
    } catch (thrown) {
      return this.#failureText(request.id, this.#toRpcError(thrown));
    }
  }

  #failureText(id: RequestId, error: RpcError): string {
    try {
      return serializeError(id, error);
    } catch (thrown) {
      return serializeError(id, internalError(thrown));
    }
  }

  async #receiveNotification(notification: RpcNotification): Promise<void> {
    try {
      await this.#call(notification, undefined);
    } catch (thrown) {
      const error = this.#toRpcError(thrown);
      this.#report({ kind: "notification failed", method: notification.method, error });
    }
  }

  async #call(
    call: RpcRequest | RpcNotification,
    id: RequestId | undefined,
  ): Promise<JsonValue | undefined> {
    const handler = this.#handlers.get(call.method) ?? this.#options.fallback;
    if (handler === undefined) throw methodNotFound();
    const value = await handler(call.params, {
      method: call.method,
      id,
      signal: this.#closing.signal,
    });
    return value ?? undefined;
  }

  #settle(message: RpcResult | RpcFailure, settle: (id: RequestId) => boolean): void {
    if (message.id === null || !settle(message.id))
      this.#report({ kind: "unexpected response", message });
  }

  #receiveInvalid(message: RpcInvalid): void {
    if (message.id !== undefined) this.#pending.reject(message.id, message.error);
    this.#report({ kind: "invalid message", message });
    this.#transport.send(serializeError(null, message.error));
  }

  #toRpcError(thrown: unknown): RpcError {
    try {
      return (this.#options.toRpcError ?? toRpcError)(thrown);
    } catch (failure) {
      return internalError(failure);
    }
  }

  #report(problem: PeerProblem): void {
    this.#options.onProblem?.(problem);
  }
}
