import { invokeOperation, isNativeMap, ModuleConfig, TypeRegistry } from "@kms/core";
import type {
  ConfigTree,
  HostOptions,
  JsonValue,
  Logger,
  NativeHost,
  NativeValue,
  ObjectClock,
  ServerModule,
  WorkerServices,
} from "@kms/core";
import { Peer, RpcError } from "@kms/core/jsonrpc";
import type { JsonValue as WireValue, RpcParams, Transport } from "@kms/core/jsonrpc";

import { blockingOperations } from "./blocking-operations.js";
import { ClassTable } from "./class-table.js";
import { toWireError } from "./errors.js";
import { readHostSettings } from "./host-settings.js";
import { IoThreads } from "./io-threads.js";
import { loadNative } from "./load-native.js";
import type { MemoryTrimmer } from "../memory-trimmer.js";
import { NativeEventRouter } from "./native-event-router.js";
import { ObjectTable } from "./object-table.js";
import { PipelineQueue } from "./pipeline-queue.js";
import { RequestParams } from "./requests.js";

/** What a worker is built from; tests give their own. */
export interface WorkerParts {
  openHost(options: HostOptions): NativeHost;
  /** Loads a module package by the path of its entry file. */
  importModule(entry: string): Promise<ServerModule>;
  readonly clock: ObjectClock;
  readonly log: Logger;
  /** Absent where the process is not the worker's own. */
  readonly trimmer?: MemoryTrimmer;
}

/** Everything that exists once `start` was answered. */
interface Running {
  readonly host: NativeHost;
  readonly registry: TypeRegistry;
  readonly objects: ObjectTable;
}

/**
 * A media worker behind one connection to the gateway. Calls: `start`, `create`, `invoke`, `listen`, `release`, `ping`,
 * `counters`, `shutdown`; it sends `event` notifications of what was asked for by `listen`. Requests of one pipeline run in
 * order.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #peer: Peer;
  readonly #queue = new PipelineQueue();
  #running: Running | undefined;

  constructor(transport: Transport, parts: WorkerParts) {
    this.#parts = parts;
    this.#peer = new Peer(transport, { toRpcError: (thrown) => this.#toRpcError(thrown) });
    this.#handle("ping", async () => null);
    this.#handle("start", (params) => this.#start(params));
    this.#handleRequest("create", (params) => this.#create(params));
    this.#handleRequest("invoke", (params) => this.#invoke(params));
    this.#handle("listen", (params) => this.#listen(params));
    this.#handleRequest("release", (params) => this.#release(params));
    this.#handle("counters", () => this.#counters());
    this.#handle("shutdown", () => this.shutdown());
  }

  /** Aborted when the gateway is gone. */
  get signal(): AbortSignal {
    return this.#peer.signal;
  }

  /** Releases every object and closes the native host; calling it again does nothing. */
  async shutdown(): Promise<null> {
    const running = this.#running;
    this.#running = undefined;
    this.#parts.trimmer?.close();
    if (running === undefined) return null;
    await running.objects.releaseAll();
    await running.host.close();
    return null;
  }

  #handle(method: string, handler: (params: RequestParams) => Promise<JsonValue>): void {
    this.#peer.handle(method, async (params: RpcParams | undefined) => {
      // The model's JSON type is the read-only view of the codec's.
      return (await handler(new RequestParams(params))) as WireValue;
    });
  }

  /** A call that a client made, other than those of the gateway itself. */
  #handleRequest(method: string, handler: (params: RequestParams) => Promise<JsonValue>): void {
    this.#handle(method, (params) => {
      this.#parts.trimmer?.onActivity();
      return handler(params);
    });
  }

  async #start(params: RequestParams): Promise<JsonValue> {
    const entries = params.texts("modules");
    const { ioThreads, ...settings } = readHostSettings(params.object("host"));
    const modules = await Promise.all(entries.map((entry) => this.#parts.importModule(entry)));
    const registry = new TypeRegistry(modules.map(({ spec }) => spec));
    const classes = new ClassTable(modules);
    const { clock, log } = this.#parts;
    const nativeEvents = new NativeEventRouter(log);
    const onEvent: HostOptions["onEvent"] = (id, type, data) =>
      nativeEvents.dispatch(id, type, data);
    const host = this.#parts.openHost({ ioThreads, ...settings, onEvent });
    for (const module of modules) loadNative(module, host);
    const threads = new IoThreads(ioThreads.length);
    const config = new ModuleConfig(params.object("config") as ConfigTree);
    const services: WorkerServices = {
      host,
      nativeEvents,
      config,
      registry,
      clock,
      log,
      assignIoThread: () => threads.assign(),
      assignEndpointThread: (home) => threads.assignEndpoint(home),
    };
    const objects = new ObjectTable(classes, services, (object, type, data) => {
      this.#parts.trimmer?.onActivity();
      this.#peer.notify("event", { object, type, data: data as WireValue });
    });
    this.#running = { host, registry, objects };
    return { unbuilt: classes.unbuilt() };
  }

  async #create(params: RequestParams): Promise<JsonValue> {
    const request = {
      type: params.text("type"),
      object: params.text("object"),
      parent: params.optionalText("parent"),
      constructorParams: params.value("constructorParams") as JsonValue | undefined,
    };
    await this.#queue.run(PipelineQueue.keyOf(request.object), () =>
      this.#state().objects.create(request),
    );
    return null;
  }

  async #invoke(params: RequestParams): Promise<JsonValue> {
    const id = params.text("object");
    const operation = params.text("operation");
    const operationParams = params.value("operationParams") as JsonValue | undefined;
    const call = (): Promise<JsonValue> => {
      const { objects, registry } = this.#state();
      return invokeOperation(objects.get(id), { operation, operationParams }, registry, (ref) =>
        objects.find(ref),
      );
    };
    const key = PipelineQueue.keyOf(id);
    if (!blockingOperations.has(operation)) return this.#queue.run(key, async () => call());
    // In its turn as all others, but the next in line does not wait for its end.
    const started = await this.#queue.run(key, async () => ({ result: settled(call()) }));
    return unwrap(await started.result);
  }

  /** At once, whatever the pipeline is busy with: what happens after the answer is sent. */
  async #listen(params: RequestParams): Promise<null> {
    this.#state().objects.listen(params.text("object"), params.text("type"));
    return null;
  }

  async #release(params: RequestParams): Promise<JsonValue> {
    const id = params.text("object");
    await this.#queue.run(PipelineQueue.keyOf(id), () => this.#state().objects.release(id));
    return null;
  }

  /** Counters of each I/O thread, by name. */
  async #counters(): Promise<JsonValue> {
    const info = await this.#state().host.info();
    return isNativeMap(info) ? toJson(info["counters"] ?? []) : [];
  }

  #state(): Running {
    if (this.#running === undefined) throw new RpcError(-32603, "worker is not started");
    return this.#running;
  }

  #toRpcError(thrown: unknown): RpcError {
    const error = toWireError(thrown);
    if (error.code === -32603) this.#parts.log.error("call failed", { error: thrown });
    return error;
  }
}

/** Counters beyond 2^53 lose their last digits. */
function toJson(value: NativeValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (isNativeMap(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
  return value instanceof Uint8Array ? null : value;
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

// A promise that waits inside another result must not reject unheard.
function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

function unwrap<T>(result: Settled<T>): T {
  if ("error" in result) throw result.error;
  return result.value;
}
