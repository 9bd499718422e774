import { KurentoError } from "@kms/core";
import type { ClassManifest, ParamSpec } from "@kms/core";
import { isJsonObject } from "@kms/core/jsonrpc";
import type { JsonValue } from "@kms/core/jsonrpc";

import type { ObjectRecord } from "./object-record.js";

/** An id as the wire gives it: other scalars count as their text, as in Kurento; `undefined` for anything else. */
export function idText(value: JsonValue | undefined): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return value === undefined || typeof value === "object" ? undefined : String(value);
}

/**
 * The parent that constructor parameters name; `undefined` for a class that has none.
 * @param resolve finds an object by id, or throws 40101
 * @throws KurentoError 40001 when the parameter is missing, 40107 when it names an object of another class
 */
export function findParent(
  manifest: ClassManifest,
  constructorParams: JsonValue | undefined,
  resolve: (id: string) => ObjectRecord,
): ObjectRecord | undefined {
  const name = manifest.parentParam;
  if (name === null) return undefined;
  if (constructorParams === undefined)
    throw new KurentoError("MARSHALL_ERROR", "'constructorParams' is required");
  if (!isJsonObject(constructorParams))
    throw new KurentoError("MARSHALL_ERROR", "'constructorParams' should be an object");
  const id = idText(constructorParams[name]);
  if (id === undefined)
    throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be a string`);
  const parent = resolve(id);
  const param = manifest.constructorParams?.find((candidate) => candidate.name === name);
  if (param !== undefined) checkClass(param, parent);
  return parent;
}

/** An object that a parameter names. */
export interface ObjectReference {
  readonly param: ParamSpec;
  readonly id: string;
}

/** The ids that parameters give where the operation or constructor takes objects; missing ones are left out. */
export function objectReferences(
  params: readonly ParamSpec[],
  values: JsonValue | undefined,
): ObjectReference[] {
  if (!isJsonObject(values)) return [];
  return params.flatMap((param) => {
    const id = param.type.kind === "object" ? idText(values[param.name]) : undefined;
    return id === undefined ? [] : [{ param, id }];
  });
}

/** @throws KurentoError 40107 when the object is not of the class that the parameter wants */
export function checkClass({ name, type }: ParamSpec, record: ObjectRecord): void {
  if (type.kind !== "object" || record.type.isA(type.name)) return;
  const text = `'${name}' parameter: object '${record.id}' is no ${type.name}`;
  throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", text);
}
