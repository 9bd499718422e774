import { KurentoError } from "@kms/core";
import type { ClassManifest } from "@kms/core";
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
  if (constructorParams === undefined) throw new KurentoError("MARSHALL_ERROR", "'constructorParams' is required");
  if (!isJsonObject(constructorParams)) throw new KurentoError("MARSHALL_ERROR", "'constructorParams' should be an object");
  const id = idText(constructorParams[name]);
  if (id === undefined) throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be a string`);
  const parent = resolve(id);
  const wanted = manifest.constructorParams?.find((param) => param.name === name)?.type;
  if (wanted?.kind === "object" && !parent.type.isA(wanted.name)) throw wrongClass(name, id, wanted.name);
  return parent;
}

function wrongClass(name: string, id: string, wanted: string): KurentoError {
  return new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `'${name}' parameter: object '${id}' is no ${wanted}`);
}
