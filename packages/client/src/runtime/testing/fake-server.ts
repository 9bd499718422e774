/** A media server on loopback as far as the client's runtime can tell: sessions, objects, subscriptions, events. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  parseMessage,
  RpcError,
  serializeError,
  serializeNotification,
  serializeResult,
} from "@kms/jsonrpc";
import type { JsonObject, JsonValue, RpcRequest } from "@kms/jsonrpc";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

type Method = (params: JsonObject, socket: WebSocket) => JsonObject | null | undefined;

export class FakeServer {
  /** Every call, in order of arrival. */
  readonly calls: { method: string; params: JsonObject; id: unknown }[] = [];
  /** Sessions that it knows; deleting one is what its garbage collector does. */
  readonly sessions = new Set<string>();
  /** Answers of operations, by name. */
  readonly operations = new Map<string, (params: JsonObject, object: string) => JsonValue>();
  /** Methods that get no answer. */
  readonly silent = new Set<string>();
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();
  readonly #waiting: { method: string; resolve: (params: JsonObject) => void }[] = [];
  #count = 0;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("message", (data: Buffer) => this.#onText(data.toString(), socket));
    });
  }

  static async start(port: number = 0): Promise<FakeServer> {
    const server = new WebSocketServer({ port, host: "127.0.0.1" });
    await once(server, "listening");
    return new FakeServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/kurento`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** The next call of this method. */
  called(method: string): Promise<JsonObject> {
    return new Promise((resolve) => this.#waiting.push({ method, resolve }));
  }

  callsOf(method: string): JsonObject[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.params);
  }

  /** Sends an event to all connections. */
  raise(object: string, type: string, data: JsonObject): void {
    const value = {
      object,
      type,
      data: { source: object, type, tags: [], timestampMillis: "5", ...data },
    };
    this.sendRaw(serializeNotification("onEvent", { value }));
  }

  sendRaw(text: string | Uint8Array): void {
    for (const socket of this.#sockets) socket.send(text);
  }

  /** Cuts all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Closes all connections with a code. */
  closeAll(code: number, reason: string): void {
    for (const socket of this.#sockets) socket.close(code, reason);
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, "close");
  }

  #onText(text: string, socket: WebSocket): void {
    const request = parseMessage(text) as RpcRequest;
    const params = request.params as JsonObject;
    this.calls.push({ method: request.method, params, id: request.id });
    if (!this.silent.has(request.method)) socket.send(this.#answer(request, params, socket));
    const at = this.#waiting.findIndex((waiting) => waiting.method === request.method);
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.resolve(params);
  }

  #answer(request: RpcRequest, params: JsonObject, socket: WebSocket): string {
    try {
      const method = this.#methods[request.method];
      if (method === undefined) throw new RpcError(-32601, "Method not found.");
      const result = method(params, socket);
      return serializeResult(request.id, result);
    } catch (error) {
      return serializeError(request.id, error as RpcError);
    }
  }

  readonly #methods: Readonly<Record<string, Method>> = {
    ping: () => ({ value: "pong" }),
    connect: ({ sessionId }) => {
      if (sessionId !== undefined && !this.sessions.has(String(sessionId))) {
        throw new RpcError(40007, "Invalid session", { type: "INVALID_SESSION" });
      }
      return { sessionId: sessionId ?? this.#unique("session"), serverId: "server-1" };
    },
    create: ({ type, constructorParams, sessionId }) => {
      if (type === "kurento.Unavailable")
        throw new RpcError(40108, "Factory 'Unavailable' not found", {
          type: "MEDIA_OBJECT_NOT_AVAILABLE",
        });
      this.sessions.add(String(sessionId));
      const { mediaPipeline } = constructorParams as JsonObject;
      const parent = mediaPipeline === undefined ? "" : `${String(mediaPipeline)}/`;
      return { value: `${parent}${this.#unique("uuid")}_${String(type)}`, sessionId };
    },
    invoke: ({ object, operation, operationParams, sessionId }) => {
      this.sessions.add(String(sessionId));
      const answer = this.operations.get(String(operation));
      if (answer === undefined)
        throw new RpcError(40008, `Method '${String(operation)}' with 0 parameters not found`);
      return { value: answer(operationParams as JsonObject, String(object)), sessionId };
    },
    subscribe: ({ type, sessionId }) => {
      if (type === "Unsupported")
        throw new RpcError(40106, "Event 'Unsupported' not supported", {
          type: "MEDIA_OBJECT_EVENT_NOT_SUPPORTED",
        });
      return { value: this.#unique("subscription"), sessionId };
    },
    unsubscribe: ({ sessionId }) => ({ sessionId }),
    release: ({ object, sessionId }) => {
      if (object === "unreleasable") throw new RpcError(-32603, "no");
      return { sessionId };
    },
    closeSession: () => null,
    transaction: ({ operations, sessionId }, socket) => ({
      value: this.#transact(operations as JsonObject[], String(sessionId), socket),
      sessionId,
    }),
  };

  #transact(operations: readonly JsonObject[], sessionId: string, socket: WebSocket): JsonValue {
    const responses: JsonObject[] = [];
    for (const { id, method, params } of operations) {
      const resolved = JSON.stringify({ ...(params as JsonObject), sessionId }).replace(
        /"newref:(\d+)"/g,
        (_, index: string) =>
          JSON.stringify((responses[Number(index)]?.["result"] as JsonObject)["value"]),
      );
      const request = { kind: "request", id, method } as RpcRequest;
      const answer = this.#answer(request, JSON.parse(resolved) as JsonObject, socket);
      responses.push(JSON.parse(answer) as JsonObject);
      if (responses.at(-1)?.["error"] !== undefined) break;
    }
    return responses;
  }

  #unique(what: string): string {
    this.#count += 1;
    return `${what}-${this.#count}`;
  }
}
