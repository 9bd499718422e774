import { randomUUID } from "node:crypto";
import process from "node:process";

import { coreModule, invokeOperation, TypeRegistry } from "@kms/core";
import type { JsonValue as ModelValue, Logger, ObjectClock } from "@kms/core";
import { ResponseCache } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import type { MemoryTrimmer } from "../memory-trimmer.js";
import type { Settings } from "./config/settings.js";
import { Dispatcher, meteredMethods } from "./dispatcher.js";
import { EventSender } from "./events/event-sender.js";
import { Subscriptions } from "./events/subscriptions.js";
import { KillLimit } from "./kill-limit.js";
import { threadSamples } from "./metrics/media-metrics.js";
import { Metrics } from "./metrics/metrics.js";
import { RequestMeter } from "./metrics/request-meter.js";
import type { ManagerCalls, MethodState } from "./methods/method.js";
import { Catalog } from "./modules/catalog.js";
import type { LocatedModule } from "./modules/module-locator.js";
import { addressOf, Registrar } from "./registrar/registrar.js";
import { serverManagerId } from "./registry/object-ids.js";
import type { ObjectRecord } from "./registry/object-record.js";
import { ObjectService } from "./registry/object-service.js";
import { Registry } from "./registry/registry.js";
import { checkResources, ResourceCheck } from "./server-manager/resource-limits.js";
import { ServerManager } from "./server-manager/server-manager.js";
import { ConnectionMap } from "./sessions/connection-map.js";
import { GarbageCollector } from "./sessions/garbage-collector.js";
import { Sessions } from "./sessions/sessions.js";
import { Front } from "./transport/front.js";
import type { StaticFiles } from "./transport/static-files.js";
import type { WorkerLauncher } from "./workers/launcher.js";
import { PortAllocator } from "./workers/port-allocator.js";
import { WorkerPool } from "./workers/worker-pool.js";

/** What a gateway is built from. */
export interface GatewayParts {
  readonly version: string;
  readonly settings: Settings;
  readonly modules: readonly LocatedModule[];
  readonly launcher: WorkerLauncher;
  readonly files: StaticFiles;
  readonly clock: ObjectClock;
  readonly log: Logger;
  /** Absent where the process is not the gateway's own. */
  readonly trimmer?: MemoryTrimmer;
  /** Ends the server in order, as SIGTERM does. */
  terminate(): void;
}

/** The process that clients talk to: sessions, existence of objects, events; media lives in its workers. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #registry = new Registry();
  readonly #sessions = new Sessions();
  readonly #connections = new ConnectionMap();
  readonly #subscriptions = new Subscriptions();
  readonly #events: EventSender;
  readonly #catalog: Catalog;
  readonly #workers: WorkerPool;
  readonly #objects: ObjectService;
  readonly #manager: ServerManager;
  readonly #dispatcher: Dispatcher;
  readonly #meter: RequestMeter;
  readonly #killLimit: KillLimit;
  readonly #front: Front;
  #registrar: Registrar | undefined;
  #collector: GarbageCollector | undefined;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#events = new EventSender(this.#subscriptions, this.#connections);
    this.#meter = new RequestMeter(meteredMethods, parts.clock);
    this.#killLimit = this.#makeKillLimit();
    this.#catalog = new Catalog(parts.modules.map(({ manifest }) => manifest));
    this.#workers = this.#makeWorkers();
    this.#objects = this.#makeObjects();
    const registry = new TypeRegistry([coreModule]);
    this.#manager = this.#makeManager(registry);
    const state = this.#makeState(this.#managerCalls(registry));
    const cache = parts.settings.resources.disableRequestCache
      ? undefined
      : new ResponseCache(parts.clock);
    this.#dispatcher = new Dispatcher({
      state,
      connections: this.#connections,
      cache,
      meter: this.#meter,
      log: parts.log.category("KurentoServerMethods"),
    });
    this.#front = this.#makeFront();
  }

  /** Port of the insecure listener, 0 without one. */
  get port(): number {
    return this.#front.port;
  }

  /** Port of the TLS listener, 0 without one. */
  get securePort(): number {
    return this.#front.securePort;
  }

  /** The workers and their processes. */
  get workers(): WorkerPool {
    return this.#workers;
  }

  /**
   * Brings up the workers, then listens.
   * @throws Error when a worker does not come up, or a port cannot be bound; nothing is left running then
   */
  async start(): Promise<void> {
    await this.#workers.start();
    try {
      await this.#front.open();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#registrar = this.#makeRegistrar();
    const periodMs = this.#parts.settings.resources.garbageCollectorPeriodMs;
    this.#collector = new GarbageCollector(this.#parts.clock, periodMs, {
      keepConnectedAlive: () => this.#keepConnectedAlive(),
      collect: () => this.#collect(),
    });
  }

  /** Stops listening, then releases everything and ends the workers. */
  async close(): Promise<void> {
    this.#collector?.close();
    this.#parts.trimmer?.close();
    this.#registrar?.close();
    await this.#front.close();
    await this.#workers.close();
  }

  #makeFront(): Front {
    const { settings, files, clock, log } = this.#parts;
    return new Front({
      settings: settings.websocket,
      files,
      metrics: this.#makeMetrics(),
      clock,
      log: log.category("KurentoWebSocketTransport"),
      isReady: () => this.#workers.isReady,
      handle: (text, connection) => {
        this.#parts.trimmer?.onActivity();
        return this.#dispatcher.handle(text, connection);
      },
      onClosed: (connection) => this.#connections.remove(connection),
    });
  }

  #makeMetrics(): Metrics {
    return new Metrics({
      version: this.#parts.version,
      requests: this.#meter,
      events: this.#events,
      connections: () => this.#front,
      sessions: () => this.#sessions.ids().length,
      objectsByType: () => this.#registry.countByType(),
      workers: () => this.#workers.slots,
      threads: async () => {
        const { slots } = this.#workers;
        const answers = await Promise.all(slots.map((slot) => slot.counters()));
        return answers.flatMap((answer, index) => threadSamples(index, answer));
      },
      isReady: () => this.#workers.isReady,
    });
  }

  #makeRegistrar(): Registrar | undefined {
    const { settings, clock, log } = this.#parts;
    if (settings.registrar === undefined) return undefined;
    const { address, localAddress } = settings.registrar;
    const isSecure = this.securePort !== 0;
    const port = isSecure ? this.securePort : this.port;
    const own = addressOf(localAddress, port, settings.websocket.path, isSecure);
    return new Registrar({
      address,
      ownAddress: own,
      clock,
      log: log.category("KurentoWebSocketRegistrar"),
    });
  }

  #makeKillLimit(): KillLimit {
    const { settings, log, terminate } = this.#parts;
    return new KillLimit({
      fraction: settings.resources.killLimit,
      pids: () => this.#pids(),
      // The ServerManager is always there.
      isIdle: () => this.#registry.size <= 1,
      terminate,
      log: log.category("KurentoResourceManager"),
    });
  }

  #makeWorkers(): WorkerPool {
    const { settings, modules, launcher, clock, log } = this.#parts;
    const { count, ioThreads, minPort, maxPort, networkInterfaces, certificates } =
      settings.workers;
    return new WorkerPool(count, {
      launcher,
      ports: new PortAllocator(minPort, maxPort),
      ioThreads,
      start: {
        modules: modules.map(({ entry }) => entry),
        config: wireTree(settings.modules),
        networkInterfaces,
        certificates,
      },
      clock,
      log: log.category("KurentoWorkerPool"),
      onEvent: (objectId, type, data) => this.#onEvent(objectId, type, data),
      onLost: (slot) => this.#objects.onWorkerLost(slot),
    });
  }

  #makeObjects(): ObjectService {
    return new ObjectService({
      registry: this.#registry,
      sessions: this.#sessions,
      subscriptions: this.#subscriptions,
      events: this.#events,
      workers: this.#workers,
      onDestroyed: (id) => {
        this.#manager.objectDestroyed(id);
        void this.#killLimit.check();
      },
      clock: this.#parts.clock,
      log: this.#parts.log.category("KurentoMediaSet"),
    });
  }

  #makeManager(registry: TypeRegistry): ServerManager {
    const { version, modules, settings, clock, log } = this.#parts;
    const emit = (type: string, data: ModelValue): void =>
      this.#events.send(serverManagerId, type, data as JsonValue);
    return new ServerManager(
      {
        id: serverManagerId,
        parent: undefined,
        registry,
        clock,
        log: log.category("KurentoServerManagerImpl"),
        emit,
      },
      {
        version,
        modules,
        metadata: settings.metadata,
        pipelineIds: () => this.#registry.roots().map(({ id }) => id),
        sessionIds: () => this.#sessions.ids(),
        pids: () => this.#pids(),
        unbuilt: () => this.#workers.unbuilt,
      },
    );
  }

  #managerCalls(registry: TypeRegistry): ManagerCalls {
    const type = this.#catalog.find("kurento.ServerManager");
    if (type === undefined) throw new Error("the core module declares no ServerManager");
    const record: ObjectRecord = {
      id: serverManagerId,
      type,
      parent: undefined,
      children: new Set(),
      sessions: new Set(),
      slot: undefined,
    };
    this.#registry.add(record);
    return {
      record,
      invoke: async (operation, params) =>
        (await invokeOperation(
          this.#manager,
          { operation, operationParams: params },
          registry,
          () => undefined,
        )) as JsonValue,
      objectCreated: (id) => this.#manager.objectCreated(id),
    };
  }

  #makeState(manager: ManagerCalls): MethodState {
    const { exceptionLimit } = this.#parts.settings.resources;
    const resources = new ResourceCheck(this.#parts.clock, () =>
      checkResources(this.#pids(), exceptionLimit),
    );
    return {
      serverId: randomUUID(),
      catalog: this.#catalog,
      registry: this.#registry,
      sessions: this.#sessions,
      subscriptions: this.#subscriptions,
      objects: this.#objects,
      manager,
      log: this.#parts.log.category("KurentoServerMethods"),
      checkResources: () => resources.run(),
    };
  }

  #pids(): number[] {
    return [process.pid, ...this.#workers.slots.flatMap(({ pid }) => pid ?? [])];
  }

  // Events of objects that are gone by now are dropped.
  #onEvent(objectId: string, type: string, data: JsonValue): void {
    this.#parts.trimmer?.onActivity();
    if (this.#registry.find(objectId) !== undefined) this.#events.send(objectId, type, data);
  }

  #keepConnectedAlive(): void {
    for (const session of this.#connections.connectedSessions()) this.#sessions.touch(session);
  }

  #collect(): void {
    for (const session of this.#sessions.takeUnused()) {
      const unused = this.#sessions.close(session);
      this.#subscriptions.removeSession(session);
      const released = unused.map(({ id }) => id);
      this.#parts.log
        .category("KurentoMediaSet")
        .info("unused session ended", { session, released });
      for (const record of unused) this.#objects.release(record)();
    }
  }
}

// The model's JSON type is the read-only view of the codec's.
function wireTree(tree: Settings["modules"]): JsonObject {
  return tree as JsonObject;
}
