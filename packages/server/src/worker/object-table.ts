import { decodeConstructorParams, objectNotFound } from "@kms/core";
import type {
  JsonValue,
  Logger,
  ObjectContext,
  WorkerServices,
  MediaObject,
  MediaPipeline,
} from "@kms/core";

import type { ClassTable } from "./class-table.js";

/** What `create` asks for. */
export interface CreateRequest {
  /** Qualified name of the class. */
  readonly type: string;
  /** Id of the new object, made by the gateway. */
  readonly object: string;
  readonly parent: string | undefined;
  readonly constructorParams: JsonValue | undefined;
}

/** Sends an event of an object towards the gateway. */
export type EmitEvent = (objectId: string, type: string, data: JsonValue) => void;

/** The objects of one worker: makes them, finds them, releases them in order. */
export class ObjectTable {
  readonly #classes: ClassTable;
  readonly #services: WorkerServices;
  readonly #emit: EmitEvent;
  readonly #objects = new Map<string, MediaObject>();
  readonly #wanted = new Map<string, Set<string>>();
  readonly #logs = new Map<string, Logger>();
  readonly #log: Logger;

  constructor(classes: ClassTable, services: WorkerServices, emit: EmitEvent) {
    this.#classes = classes;
    this.#services = services;
    this.#emit = emit;
    this.#log = services.log.category("KurentoMediaObjectImpl");
  }

  get size(): number {
    return this.#objects.size;
  }

  find(id: string): MediaObject | undefined {
    return this.#objects.get(id);
  }

  /** @throws KurentoError 40101 for an unknown id */
  get(id: string): MediaObject {
    const object = this.#objects.get(id);
    if (object === undefined) throw objectNotFound(id);
    return object;
  }

  /** Events of that type are sent from now on; does nothing for an unknown object. */
  listen(id: string, type: string): void {
    this.#wanted.get(id)?.add(type);
  }

  /** @throws KurentoError what the class's constructor or set-up fails with; nothing is left behind then */
  async create(request: CreateRequest): Promise<void> {
    const parent = request.parent === undefined ? undefined : this.get(request.parent);
    const object = this.#construct(request, parent);
    try {
      await object.initialize();
    } catch (error) {
      await this.#releaseOne(object);
      throw error;
    }
    this.#objects.set(object.id, object);
    this.#logOf(request.type).debug("created", { object: object.id });
    parent?.addChild(object);
  }

  /** Releases an object, its children first and side by side; does nothing for an unknown id. */
  async release(id: string): Promise<void> {
    const object = this.#objects.get(id);
    if (object === undefined) return;
    object.getParent()?.removeChild(object);
    await this.#releaseTree(object);
  }

  /** Releases everything, pipeline by pipeline. */
  async releaseAll(): Promise<void> {
    const roots = [...this.#objects.values()].filter((object) => object.getParent() === null);
    await Promise.all(roots.map((root) => this.release(root.id)));
  }

  #construct(
    { type, object: id, constructorParams }: CreateRequest,
    parent: MediaObject | undefined,
  ): MediaObject {
    const { spec, make } = this.#classes.get(type);
    const { registry } = this.#services;
    const params = decodeConstructorParams(
      spec.constructorParams ?? [],
      constructorParams,
      registry,
      (ref) => this.find(ref),
    );
    const wanted = new Set<string>();
    const context: ObjectContext = {
      ...this.#services,
      log: this.#logOf(type),
      id,
      parent,
      pipeline: pipelineOf(parent),
      emit: (event, data) => this.#emit(id, event, data),
      isWanted: (event) => wanted.has(event),
    };
    const object = make(context, params);
    this.#wanted.set(id, wanted);
    return object;
  }

  // All are taken out before the first is released: from now on each of them is unknown.
  async #releaseTree(root: MediaObject): Promise<void> {
    for (const object of withDescendants(root)) this.#objects.delete(object.id);
    await this.#releaseUpwards(root);
  }

  async #releaseUpwards(object: MediaObject): Promise<void> {
    await Promise.all(object.getChildren().map((child) => this.#releaseUpwards(child)));
    await this.#releaseOne(object);
  }

  async #releaseOne(object: MediaObject): Promise<void> {
    try {
      await object.release();
      this.#log.debug("released", { object: object.id });
    } catch (error) {
      this.#log.error("release failed", { object: object.id, error });
    } finally {
      this.#wanted.delete(object.id);
    }
  }

  // As Kurento names it: `kurento.PassThrough` logs as `KurentoPassThroughImpl`.
  #logOf(type: string): Logger {
    const name = `Kurento${type.slice(type.lastIndexOf(".") + 1)}Impl`;
    const log = this.#logs.get(name) ?? this.#services.log.category(name);
    this.#logs.set(name, log);
    return log;
  }
}

function pipelineOf(parent: MediaObject | undefined): MediaPipeline | undefined {
  return parent?.getMediaPipeline() ?? undefined;
}

function withDescendants(object: MediaObject): MediaObject[] {
  return [object, ...object.getChildren().flatMap(withDescendants)];
}
