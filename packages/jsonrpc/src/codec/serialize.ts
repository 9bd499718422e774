import type { RpcError } from "../errors.js";
import { stringifyJson } from "./json.js";
import type { JsonObject, JsonValue } from "./json.js";
import type { RequestId, RpcParams } from "./parse.js";

// Members are in alphabetical order, the order in which JSON libraries that sort them write: outputs stay comparable.

/** Text of a request. */
export function serializeRequest(id: RequestId, method: string, params?: RpcParams): string {
  return stringifyJson({ id, jsonrpc: "2.0", method, params });
}

/** Text of a notification. */
export function serializeNotification(method: string, params?: RpcParams): string {
  return stringifyJson({ jsonrpc: "2.0", method, params });
}

/** Text of a successful response. A result of `undefined` is sent as null: the member must exist. */
export function serializeResult(id: RequestId | null, result: JsonValue | undefined): string {
  return stringifyJson({ id, jsonrpc: "2.0", result: result ?? null });
}

/** Text of a failed response; id null when the request's could not be read. */
export function serializeError(
  id: RequestId | null,
  error: Pick<RpcError, "code" | "message" | "data">,
): string {
  const body: JsonObject = { code: error.code, data: error.data, message: error.message };
  return stringifyJson({ error: body, id, jsonrpc: "2.0" });
}
