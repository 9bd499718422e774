import type { JsonValue } from "./codec/json.js";

/** Error codes of JSON-RPC 2.0 (section 5.1) and those that a {@link Peer} makes itself. */
export const RpcErrorCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** First of the range that JSON-RPC leaves to servers; see the text for the cause. */
  serverError: -32000,
  /** Local, never sent: no answer within the time given to `request`. */
  timeout: -32001,
  /** Local, never sent: the connection closed before the answer came. */
  connectionClosed: -32002,
} as const;

/** One of the values of {@link RpcErrorCode}; a peer may send others. */
export type RpcErrorCode = (typeof RpcErrorCode)[keyof typeof RpcErrorCode];

/** The error object of a JSON-RPC response; rejected by `Peer.request`, thrown by handlers. */
export class RpcError extends Error {
  readonly code: number;
  /** Whatever the sender adds; absent when `undefined`. */
  readonly data: JsonValue | undefined;

  constructor(code: number, message: string, data?: JsonValue, options?: ErrorOptions) {
    super(message, options);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** True for any {@link RpcError}, also one made by another copy of this package. */
export function isRpcError(value: unknown): value is RpcError {
  return (
    value instanceof Error &&
    value.name === "RpcError" &&
    "code" in value &&
    typeof value.code === "number"
  );
}

/** -32700: the text is not JSON. */
export function parseError(cause?: unknown): RpcError {
  return new RpcError(RpcErrorCode.parseError, "Parse error.", undefined, { cause });
}

/** -32600: JSON, but not a JSON-RPC 2.0 message. */
export function invalidRequest(): RpcError {
  return new RpcError(RpcErrorCode.invalidRequest, "Invalid JSON-RPC request.");
}

/** -32601: nobody handles this method. */
export function methodNotFound(): RpcError {
  return new RpcError(RpcErrorCode.methodNotFound, "Method not found.");
}

/** -32602: parameters missing or wrong; without a text, that `params` itself is missing. */
export function invalidParams(message: string = "'params' is required"): RpcError {
  return new RpcError(RpcErrorCode.invalidParams, message, { type: "INVALID_PARAMS" });
}

/** -32603: a handler failed with something that is no {@link RpcError}. */
export function internalError(cause: unknown): RpcError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new RpcError(
    RpcErrorCode.internalError,
    `Unexpected error while processing method: ${what}`,
    undefined,
    { cause },
  );
}

/** What a handler threw as the error to send: an {@link RpcError} unchanged, anything else as -32603. */
export function toRpcError(thrown: unknown): RpcError {
  return isRpcError(thrown) ? thrown : internalError(thrown);
}
