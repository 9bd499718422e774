import { objectNotFound } from "@kms/core";

import { childrenFirst } from "./object-record.js";
import type { ObjectRecord } from "./object-record.js";
import type { WorkerSlot } from "../workers/slot.js";

/** Which objects exist. */
export class Registry {
  readonly #records = new Map<string, ObjectRecord>();

  /** Objects that exist now, the ServerManager included. */
  get size(): number {
    return this.#records.size;
  }

  /** How many objects there are of each class, the ServerManager included. */
  countByType(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { type } of this.#records.values()) {
      const name = type.manifest.qualifiedName;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  find(id: string): ObjectRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws KurentoError 40101, or 40109 for an id that only means something within a transaction */
  get(id: string): ObjectRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw objectNotFound(id);
    return record;
  }

  add(record: ObjectRecord): void {
    this.#records.set(record.id, record);
    record.parent?.children.add(record);
  }

  /** Takes out a record and everything below it; gives them, children first. */
  remove(record: ObjectRecord): ObjectRecord[] {
    const removed = childrenFirst(record);
    for (const { id } of removed) this.#records.delete(id);
    record.parent?.children.delete(record);
    return removed;
  }

  /** Objects without a parent that live in this slot. */
  rootsOn(slot: WorkerSlot): ObjectRecord[] {
    return this.roots().filter((record) => record.slot === slot);
  }

  /** Objects without a parent, by id; not the ServerManager. */
  roots(): ObjectRecord[] {
    const roots = [...this.#records.values()].filter(
      ({ parent, slot }) => parent === undefined && slot !== undefined,
    );
    return roots.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
