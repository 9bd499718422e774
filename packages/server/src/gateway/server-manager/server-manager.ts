import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";

import { KurentoError, ServerManagerBase } from "@kms/core";
import type { MediaPipeline, RemoteContext, ServerInfo } from "@kms/core";

import type { LocatedModule } from "../modules/module-locator.js";
import { usedCpu, usedMemory } from "./process-usage.js";

const maxCpuIntervalMs = 9000;

/** What the manager reports on. */
export interface ServerManagerParts {
  readonly version: string;
  readonly modules: readonly LocatedModule[];
  readonly metadata: string;
  /** Ids of all pipelines. */
  pipelineIds(): string[];
  /** Ids of all sessions. */
  sessionIds(): string[];
  /** Ids of the server's processes. */
  pids(): number[];
  /** Qualified names of classes that are declared, but not implemented. */
  unbuilt(): readonly string[];
}

/** The object `manager_ServerManager`: what the server is and has. It lives in the gateway. */
export class ServerManager extends ServerManagerBase {
  readonly #context: RemoteContext;
  readonly #parts: ServerManagerParts;

  constructor(context: RemoteContext, parts: ServerManagerParts) {
    super(context);
    this.#context = context;
    this.#parts = parts;
  }

  /** Tells subscribers of a new object. */
  objectCreated(id: string): void {
    this.emitObjectCreated({ object: reference(id) });
  }

  /** Tells subscribers of an object that is gone. */
  objectDestroyed(id: string): void {
    this.emitObjectDestroyed({ objectId: id });
  }

  /** What each module's `factories` lists can be created: classes without an implementation are left out. */
  getInfo(): ServerInfo {
    const unbuilt = new Set(this.#parts.unbuilt());
    return {
      version: this.#parts.version,
      type: "KMS",
      capabilities: ["transactions"],
      modules: this.#parts.modules.map(({ manifest, generationTime }) => ({
        version: manifest.version,
        name: manifest.name,
        generationTime,
        factories: manifest.classes
          .filter(({ creatable, qualifiedName }) => creatable && !unbuilt.has(qualifiedName))
          .map(({ name }) => name)
          .sort(),
      })),
    };
  }

  getPipelines(): MediaPipeline[] {
    return this.#parts.pipelineIds().map((id) => reference<MediaPipeline>(id));
  }

  /** As many empty texts as there are sessions, then their ids: so Kurento answers, and clients know it. */
  getSessions(): string[] {
    const ids = this.#parts.sessionIds();
    return [...ids.map(() => ""), ...ids];
  }

  getMetadata(): string {
    return this.#parts.metadata;
  }

  /** @throws KurentoError 40500 for a module that is not there */
  async getKmd(moduleName: string): Promise<string> {
    const module = this.#parts.modules.find(({ manifest }) => manifest.name === moduleName);
    if (module === undefined)
      throw new KurentoError("KMD_NOT_FOUND", "Requested kmd module doesn't exist");
    return readFile(module.kmd, "utf8");
  }

  getCpuCount(): number {
    return availableParallelism();
  }

  /** @param interval ms over which to measure, at most 9000: clients give up on calls that take 10 s */
  async getUsedCpu(interval: number): Promise<number> {
    const { clock } = this.#context;
    const waitMs = Math.min(Math.max(0, interval), maxCpuIntervalMs);
    const wait = (): Promise<void> => new Promise((resolve) => void clock.after(waitMs, resolve));
    return usedCpu(this.#parts.pids(), this.getCpuCount(), wait);
  }

  /** KiB, of all processes of the server. */
  async getUsedMemory(): Promise<number> {
    return usedMemory(this.#parts.pids());
  }
}

// The objects live in workers: here they are no more than the ids that go on the wire.
function reference<T extends { readonly id: string }>(id: string): T {
  return { id } as T;
}
