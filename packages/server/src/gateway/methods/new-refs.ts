import { KurentoError } from "@kms/core";
import { isJsonObject } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

const prefix = "newref:";

/**
 * The operation with each text `newref:<index>` in its parameters, at any depth, replaced by that response's value.
 * @throws KurentoError 40008 for an index that is no number, or a response without a value
 */
export function resolveNewRefs(operation: JsonValue, responses: readonly JsonObject[]): JsonValue {
  if (!isJsonObject(operation) || operation["params"] === undefined) return operation;
  return { ...operation, params: resolve(operation["params"], responses) };
}

function resolve(value: JsonValue, responses: readonly JsonObject[]): JsonValue {
  if (typeof value === "string") return resolveText(value, responses);
  if (Array.isArray(value)) return value.map((item) => resolve(item, responses));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, resolve(member ?? null, responses)] as const,
  );
  return Object.fromEntries(members);
}

function resolveText(text: string, responses: readonly JsonObject[]): JsonValue {
  if (!text.startsWith(prefix) || text === prefix) return text;
  const index = text.slice(prefix.length);
  if (!/^\d+$/.test(index)) throw malformed(`Invalid index of newref '${index}'`);
  const result = responses[Number(index)]?.["result"];
  const value = isJsonObject(result) ? result["value"] : undefined;
  if (value === undefined) throw malformed(`Result not found on request ${index}`);
  return value;
}

function malformed(message: string): KurentoError {
  return new KurentoError("MALFORMED_TRANSACTION", message);
}
