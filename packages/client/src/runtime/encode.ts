import type { JsonObject, JsonValue } from "@kms/jsonrpc";
import { marshallError } from "./errors.js";
import { RemoteObject } from "./remote-object.js";

/**
 * A value as it goes to the server: objects as their ids, registers as plain JSON objects, absent members left out.
 * @param path names the value in errors
 * @throws KurentoError 40001 for what has no JSON form
 */
export function encodeValue(value: unknown, path: string): JsonValue {
  if (value instanceof RemoteObject) return value.id;
  if (Array.isArray(value)) return value.map((item, at) => encodeValue(item, `${path}[${at}]`));
  if (isPlain(value)) return encodeMembers(value, `${path}.`);
  if (isScalar(value)) return value;
  throw marshallError(`'${path}' has no JSON form`);
}

/** Named values, as the parameters of a call. `prefix` names their owner in errors. */
export function encodeMembers(values: object, prefix: string = ""): JsonObject {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, encodeValue(value, prefix + name)]),
  );
}

function isScalar(value: unknown): value is JsonValue {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || ["string", "boolean", "bigint"].includes(typeof value);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
