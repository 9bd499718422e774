import { invalidRequest, parseError, RpcError } from "../errors.js";
import { parseJson } from "./json.js";
import type { JsonObject, JsonValue } from "./json.js";

/** Identifies a request; echoed unchanged in its response. */
export type RequestId = number | bigint | string;

/** Parameters of a call: by name or by position. */
export type RpcParams = JsonObject | JsonValue[];

/** A call that wants an answer. */
export interface RpcRequest {
  readonly kind: "request";
  readonly id: RequestId;
  readonly method: string;
  readonly params?: RpcParams;
}

/** A call without an id (or with id null) that gets none. */
export interface RpcNotification {
  readonly kind: "notification";
  readonly method: string;
  readonly params?: RpcParams;
}

/** A successful answer. */
export interface RpcResult {
  readonly kind: "result";
  readonly id: RequestId | null;
  readonly result: JsonValue;
}

/** A failed answer; id is null when the other side could not read the request's. */
export interface RpcFailure {
  readonly kind: "failure";
  readonly id: RequestId | null;
  readonly error: RpcError;
}

/** Text that is no message: `error` is what to answer, with id null. */
export interface RpcInvalid {
  readonly kind: "invalid";
  readonly error: RpcError;
  readonly reason: "not JSON" | "not an object" | "batch" | "envelope" | "response";
  /** The id of a malformed response, so that its request need not wait for ever. */
  readonly id?: RequestId;
}

/** What a text turned out to be. */
export type RpcMessage = RpcRequest | RpcNotification | RpcResult | RpcFailure | RpcInvalid;

/**
 * Reads one message. Never throws: hostile text comes out as `invalid` with -32700 or -32600.
 * Batches are refused with -32600.
 */
export function parseMessage(text: string): RpcMessage {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    return { kind: "invalid", error: parseError(error), reason: "not JSON" };
  }
  return classifyMessage(value);
}

/** As {@link parseMessage}, for JSON that is parsed already. */
export function classifyMessage(value: JsonValue): RpcMessage {
  if (Array.isArray(value)) return invalid("batch");
  if (!isJsonObject(value)) return invalid("not an object");
  if (own(value, "jsonrpc") !== "2.0") return invalid("envelope");
  const id = own(value, "id");
  if (!isIdOrNothing(id)) return invalid("envelope");
  const method = own(value, "method");
  if (method === undefined) return classifyResponse(value, id);
  if (typeof method !== "string") return invalid("envelope");
  return classifyCall(value, id ?? undefined, method);
}

/** True for an object that is neither null nor an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function classifyCall(message: JsonObject, id: RequestId | undefined, method: string): RpcMessage {
  const params = own(message, "params") ?? undefined;
  if (params !== undefined && typeof params !== "object") return invalid("envelope");
  const call = params === undefined ? { method } : { method, params };
  return id === undefined ? { kind: "notification", ...call } : { kind: "request", id, ...call };
}

function classifyResponse(message: JsonObject, id: RequestId | null | undefined): RpcMessage {
  const result = own(message, "result");
  const error = own(message, "error");
  if (result === undefined && error === undefined) return invalid("envelope", id);
  if (id === undefined) return invalid("response");
  if (error === undefined) return { kind: "result", id, result: result as JsonValue };
  const failure = readError(error);
  if (result !== undefined || failure === undefined) return invalid("response", id);
  return { kind: "failure", id, error: failure };
}

function readError(value: JsonValue): RpcError | undefined {
  if (!isJsonObject(value)) return undefined;
  const code = own(value, "code");
  const message = own(value, "message");
  if (!Number.isInteger(code) || typeof message !== "string") return undefined;
  return new RpcError(code as number, message, own(value, "data"));
}

function invalid(reason: RpcInvalid["reason"], id?: RequestId | null): RpcInvalid {
  const error = invalidRequest();
  return id === undefined || id === null
    ? { kind: "invalid", error, reason }
    : { kind: "invalid", error, reason, id };
}

function isIdOrNothing(value: JsonValue | undefined): value is RequestId | null | undefined {
  return (
    value === undefined || value === null || ["number", "bigint", "string"].includes(typeof value)
  );
}

// A member of the message itself: a text cannot make one appear through a prototype.
function own(object: JsonObject, member: string): JsonValue | undefined {
  return Object.hasOwn(object, member) ? object[member] : undefined;
}
