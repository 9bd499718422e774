import { isJsonObject, isRpcError, Peer, RpcError, RpcErrorCode } from "@kms/jsonrpc";
import type { Clock, JsonObject, JsonValue, PeerProblem, RequestOptions } from "@kms/jsonrpc";
import { ClientErrorCode } from "./errors.js";
import { keepAlive } from "./keep-alive.js";
import type { KeepAliveOptions } from "./keep-alive.js";
import { Limit, pause } from "./limit.js";
import type { ProblemSink } from "./problem.js";
import { openWebSocket } from "./websocket-transport.js";
import type { WebSocketClass } from "./websocket-transport.js";

/** Where to connect and how long to wait for what. */
export interface ConnectionSettings {
  readonly url: string;
  readonly WebSocket: WebSocketClass;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly keepAlive: KeepAliveOptions;
  /** Pauses before the attempts to connect again; the last one repeats. Empty: none is made. */
  readonly reconnectDelaysMs: readonly number[];
}

/** What a connection tells its owner. */
export interface ConnectionListener {
  onEvent(value: JsonValue | undefined): void;
  /** The connection is lost; it is being made again. */
  onDisconnected(error: Error): void;
  /** It is there again, with the session or, where the server no longer knew that, with a new one. */
  onReconnected(isSameSession: boolean): void;
  /** The end: closed by us, or made again in vain. */
  onClosed(error: Error | undefined): void;
  onProblem: ProblemSink;
}

/** Makes one WebSocket connection after the other for one session on the server. */
export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #listener: ConnectionListener;
  readonly #closing = new AbortController();
  #peer: Peer | undefined;
  #opened: Promise<Peer>;
  #hasBeenOpen = false;
  #nextId = 1;
  #sessionId: string | undefined;
  #serverId: string | undefined;

  constructor(settings: ConnectionSettings, listener: ConnectionListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#opened = this.#establish();
    this.#opened.catch(() => undefined);
  }

  /** Resolves when the first connection is made and the session known. */
  async opened(): Promise<void> {
    await this.#opened;
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Constant for the life of a server process. */
  get serverId(): string | undefined {
    return this.#serverId;
  }

  get isConnected(): boolean {
    return this.#peer !== undefined;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Calls a method in the session. While the connection is down it waits for the next one.
   * @throws RpcError the server's error, -32001 after the time-out, -32002 when the connection ends first
   */
  async request(
    method: string,
    params: JsonObject,
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    const peer = this.#peer ?? (await this.#nextPeer(method, options));
    const sent = { ...params, sessionId: this.#sessionId };
    const result = await peer.request(method, sent, options);
    return isJsonObject(result) ? result : {};
  }

  /** Ends the connection for good; waiting requests are rejected. */
  close(error?: Error): void {
    if (this.isClosed) return;
    this.#closing.abort(error ?? new Error("Client closed"));
    this.#peer?.close(error);
    this.#peer = undefined;
    if (this.#hasBeenOpen) this.#listener.onClosed(error);
  }

  // Within the request's own limits, which the peer cannot watch before there is one.
  async #nextPeer(method: string, options: RequestOptions): Promise<Peer> {
    const timeoutMs = options.timeoutMs ?? this.#settings.requestTimeoutMs;
    const text = `Request '${method}' waited ${timeoutMs} ms for a connection`;
    const limit = new Limit(this.#settings.clock, timeoutMs, options.signal);
    const expired = limit.reached(() => new RpcError(RpcErrorCode.timeout, text));
    try {
      return await Promise.race([this.#opened, expired]);
    } finally {
      limit.end();
    }
  }

  async #establish(): Promise<Peer> {
    const { url, WebSocket, clock, connectTimeoutMs } = this.#settings;
    const limit = new Limit(clock, connectTimeoutMs, this.#closing.signal);
    const text = `Cannot connect to ${url}: no answer within ${connectTimeoutMs} ms`;
    const aborter = new AbortController();
    limit.reached(() => new Error(text)).catch((reason: unknown) => aborter.abort(reason));
    try {
      const peer = this.#makePeer(await openWebSocket(url, WebSocket, aborter.signal));
      return await this.#join(peer, aborter.signal);
    } finally {
      limit.end();
    }
  }

  #makePeer(transport: ConstructorParameters<typeof Peer>[0]): Peer {
    const { clock, requestTimeoutMs } = this.#settings;
    const onProblem = (problem: PeerProblem): void => this.#onPeerProblem(problem);
    const peer = new Peer(transport, {
      clock,
      timeoutMs: requestTimeoutMs,
      firstId: this.#nextId,
      onProblem,
    });
    peer.handle("onEvent", (params) =>
      this.#listener.onEvent(isJsonObject(params) ? params["value"] : undefined),
    );
    return peer;
  }

  async #join(peer: Peer, signal: AbortSignal): Promise<Peer> {
    try {
      const isSameSession = await this.#joinSession(peer, signal);
      if (peer.closedWith !== undefined) throw peer.closedWith;
      this.#use(peer, isSameSession);
      return peer;
    } catch (error) {
      // The server remembers answers by id: an id must not come twice in a session.
      this.#nextId = peer.nextId;
      peer.close(error as Error);
      throw error;
    }
  }

  // True when the server still had the session, with all its objects and subscriptions.
  async #joinSession(peer: Peer, signal: AbortSignal): Promise<boolean> {
    const old = this.#sessionId;
    if (old !== undefined) {
      try {
        this.#takeSession(await peer.request("connect", { sessionId: old }, { signal }));
        return true;
      } catch (error) {
        if (!isRpcError(error) || error.code !== ClientErrorCode.invalidSession) throw error;
      }
    }
    this.#takeSession(await peer.request("connect", {}, { signal }));
    return false;
  }

  #takeSession(result: JsonValue): void {
    const { sessionId, serverId } = isJsonObject(result) ? result : {};
    if (typeof sessionId !== "string") {
      throw new RpcError(
        RpcErrorCode.invalidRequest,
        "The server answered 'connect' without a sessionId",
      );
    }
    this.#sessionId = sessionId;
    if (typeof serverId === "string") this.#serverId = serverId;
  }

  #use(peer: Peer, isSameSession: boolean): void {
    const isFirst = !this.#hasBeenOpen;
    this.#hasBeenOpen = true;
    this.#peer = peer;
    keepAlive(peer, this.#settings.clock, this.#settings.keepAlive);
    peer.signal.addEventListener("abort", () => this.#onLost(peer), { once: true });
    if (!isFirst) this.#listener.onReconnected(isSameSession);
  }

  #onLost(peer: Peer): void {
    this.#nextId = peer.nextId;
    this.#peer = undefined;
    if (this.isClosed) return;
    const error = peer.closedWith ?? new Error("Connection closed");
    if (this.#settings.reconnectDelaysMs.length === 0) return this.close(error);
    this.#opened = this.#reconnect(error);
    this.#opened.catch((last: Error) => this.close(last));
    this.#listener.onDisconnected(error);
  }

  async #reconnect(lost: Error): Promise<Peer> {
    const delays = this.#settings.reconnectDelaysMs;
    let error = lost;
    for (let attempt = 0; !this.isClosed; attempt += 1) {
      const delayMs = delays[Math.min(attempt, delays.length - 1)] ?? 0;
      await pause(this.#settings.clock, delayMs, this.#closing.signal);
      try {
        return await this.#establish();
      } catch (failure) {
        error = failure as Error;
      }
    }
    throw new RpcError(RpcErrorCode.connectionClosed, error.message, undefined, { cause: error });
  }

  #onPeerProblem(problem: PeerProblem): void {
    if (problem.kind === "notification failed") {
      this.#listener.onProblem({
        kind: "event",
        message: problem.error.message,
        cause: problem.error,
      });
    } else if (problem.kind === "invalid message") {
      this.#listener.onProblem({ kind: problem.kind, message: problem.message.reason });
    } else {
      this.#listener.onProblem({ kind: problem.kind, message: `id ${problem.message.id}` });
    }
  }
}
