import { randomUUID } from "node:crypto";

import type { ObjectRecord } from "./object-record.js";

/** Id of the one object that always exists. */
export const serverManagerId = "manager_ServerManager";

/**
 * A fresh id. Clients read it: the text after the last `_` is the class, the first part names the pipeline.
 * @param qualifiedName of the object's class
 */
export function makeObjectId(parent: ObjectRecord | undefined, qualifiedName: string): string {
  const own = `${randomUUID()}_${qualifiedName}`;
  return parent === undefined ? own : `${parent.id}/${own}`;
}
