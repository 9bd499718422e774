import { KurentoError } from "@kms/core";
import type { Logger, ObjectClock } from "@kms/core";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import type { EventSender } from "../events/event-sender.js";
import type { Subscriptions } from "../events/subscriptions.js";
import type { CatalogClass } from "../modules/catalog.js";
import type { Sessions } from "../sessions/sessions.js";
import type { WorkerPool } from "../workers/worker-pool.js";
import type { WorkerSlot } from "../workers/slot.js";
import { checkClass, findParent, objectReferences } from "./object-params.js";
import type { ObjectReference } from "./object-params.js";
import { makeObjectId } from "./object-ids.js";
import { rootOf } from "./object-record.js";
import type { ObjectRecord } from "./object-record.js";
import type { Registry } from "./registry.js";

/** What the service works on. */
export interface ObjectServiceParts {
  readonly registry: Registry;
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly events: EventSender;
  readonly workers: WorkerPool;
  /** Told about every object that is gone. */
  onDestroyed(id: string): void;
  readonly clock: ObjectClock;
  readonly log: Logger;
}

/** An operation to be called in a worker. */
export interface WorkerCall {
  readonly operation: string;
  readonly operationParams: JsonValue | undefined;
  /** Calls that the worker has got already and does first. */
  readonly ahead: number;
}

/** Brings objects into being, calls them, and lets them go: existence here, state in the workers. */
export class ObjectService {
  readonly #parts: ObjectServiceParts;

  constructor(parts: ObjectServiceParts) {
    this.#parts = parts;
  }

  /**
   * Creates an object. It is entered once the worker has made it.
   * @throws KurentoError for parameters that are wrong, or what the worker fails with
   */
  async create(
    session: string,
    type: CatalogClass,
    constructorParams: JsonValue | undefined,
  ): Promise<ObjectRecord> {
    const { registry, sessions } = this.#parts;
    const parent = findParent(type.manifest, constructorParams, (id) => this.resolve(session, id));
    this.#checkReferences(
      session,
      parent,
      objectReferences(type.manifest.constructorParams ?? [], constructorParams),
    );
    const slot = parent?.slot ?? (await this.#parts.workers.place());
    const id = makeObjectId(parent, type.manifest.qualifiedName);
    const record: ObjectRecord = {
      id,
      type,
      parent,
      children: new Set(),
      sessions: new Set(),
      slot,
    };
    await this.#createInWorker(slot, record, constructorParams);
    registry.add(record);
    this.#parts.log.debug("created", { object: id, session });
    sessions.reference(session, record);
    sessions.inherit(record);
    return record;
  }

  async #createInWorker(
    slot: WorkerSlot,
    record: ObjectRecord,
    constructorParams: JsonValue | undefined,
  ): Promise<void> {
    slot.objects += 1;
    try {
      await slot.request("create", createParams(record, constructorParams));
      this.#checkStillThere(record.parent);
    } catch (error) {
      slot.objects = Math.max(0, slot.objects - 1);
      throw error;
    }
  }

  /**
   * Calls an operation of an object in a worker.
   * @throws KurentoError 40004 for objects of different pipelines, 40101 for unknown ones, or what the worker fails with
   */
  invoke(
    session: string,
    record: ObjectRecord,
    { operation, operationParams, ahead }: WorkerCall,
  ): Promise<JsonValue> {
    const { slot } = record;
    if (slot === undefined) throw new Error(`object '${record.id}' lives in no worker`);
    const declared = record.type.findOperation(operation)?.params ?? [];
    this.#checkReferences(session, record, objectReferences(declared, operationParams));
    const params: JsonObject = { object: record.id, operation };
    if (operationParams !== undefined) params["operationParams"] = operationParams;
    return slot.request("invoke", params, ahead);
  }

  /**
   * Has events of an object sent here, where its worker makes them.
   * @throws KurentoError 40108 when the worker dies
   */
  async listen({ id, slot }: ObjectRecord, type: string): Promise<void> {
    await slot?.request("listen", { object: id, type });
  }

  /**
   * Finds an object on behalf of a session, which uses it from now on.
   * @throws KurentoError 40101 for an unknown id
   */
  resolve(session: string, id: string): ObjectRecord {
    const record = this.#parts.registry.get(id);
    this.#parts.sessions.reference(session, record);
    return record;
  }

  /**
   * Releases an object with all below it, for everybody: from now on it cannot be used any more.
   * @returns what lets subscribers know as soon as the worker is done; to be called once the response is on its way
   */
  release(record: ObjectRecord): () => void {
    const { slot } = record;
    if (slot === undefined) return () => undefined;
    const removed = this.#remove(record);
    slot.objects = Math.max(0, slot.objects - removed.length);
    const work = this.#releaseInWorker(slot, record);
    return () => void work.then(() => this.#announceDestroyed(removed));
  }

  /** Everything in the slot died with its worker: subscribers are told, then it is gone. */
  onWorkerLost(slot: WorkerSlot): void {
    for (const root of this.#parts.registry.rootsOn(slot)) {
      for (const record of this.#parts.registry.remove(root)) {
        this.#emitLost(record);
        this.#forget(record);
        this.#parts.onDestroyed(record.id);
      }
    }
  }

  #remove(record: ObjectRecord): ObjectRecord[] {
    const removed = this.#parts.registry.remove(record);
    for (const each of removed) this.#forget(each);
    return removed;
  }

  #forget(record: ObjectRecord): void {
    this.#parts.sessions.drop(record);
    this.#parts.subscriptions.removeObject(record.id);
  }

  async #releaseInWorker(slot: WorkerSlot, { id }: ObjectRecord): Promise<void> {
    try {
      await slot.request("release", { object: id });
    } catch (error) {
      this.#parts.log.warning("release failed", { object: id, error });
    }
  }

  #announceDestroyed(removed: readonly ObjectRecord[]): void {
    for (const { id } of removed) {
      this.#parts.log.debug("released", { object: id });
      this.#parts.onDestroyed(id);
    }
  }

  #emitLost({ id }: ObjectRecord): void {
    this.#parts.events.send(id, "Error", {
      description: "The media worker of this object died",
      errorCode: 0,
      source: id,
      tags: [],
      timestampMillis: String(Math.trunc(this.#parts.clock.wallTimeMs())),
      type: "UNEXPECTED_PIPELINE_ERROR",
    });
  }

  // Only objects that exist are the gateway's business: the worker says in its turn which do not.
  #checkReferences(
    session: string,
    owner: ObjectRecord | undefined,
    references: readonly ObjectReference[],
  ): void {
    for (const { param, id } of references) {
      const record = this.#parts.registry.find(id);
      if (record === undefined || owner === undefined) continue;
      this.#parts.sessions.reference(session, record);
      checkClass(param, record);
      if (rootOf(record) !== rootOf(owner))
        throw new KurentoError("CONNECT_ERROR", "Media elements do not share pipeline");
    }
  }

  // The parent may have been released, or its worker lost, while the worker made the child.
  #checkStillThere(parent: ObjectRecord | undefined): void {
    if (parent !== undefined) this.#parts.registry.get(parent.id);
  }
}

function createParams(
  { id, type, parent }: ObjectRecord,
  constructorParams: JsonValue | undefined,
): JsonObject {
  const params: JsonObject = { type: type.manifest.qualifiedName, object: id };
  if (parent !== undefined) params["parent"] = parent.id;
  if (constructorParams !== undefined) params["constructorParams"] = constructorParams;
  return params;
}
