import type { CatalogClass } from "../modules/catalog.js";
import type { WorkerSlot } from "../workers/slot.js";

/** What the gateway knows of one object: that it exists, where it is, who uses it. Its state lies in the worker. */
export interface ObjectRecord {
  readonly id: string;
  readonly type: CatalogClass;
  readonly parent: ObjectRecord | undefined;
  readonly children: Set<ObjectRecord>;
  /** Sessions that use the object; always a part of those of its parent. */
  readonly sessions: Set<string>;
  /** Where the object lives; `undefined` for the ServerManager, which lives in the gateway. */
  readonly slot: WorkerSlot | undefined;
}

/** The pipeline (or other root) above a record. */
export function rootOf(record: ObjectRecord): ObjectRecord {
  let root = record;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** A record and everything below it, children before parents. */
export function childrenFirst(record: ObjectRecord): ObjectRecord[] {
  return [...[...record.children].flatMap(childrenFirst), record];
}
