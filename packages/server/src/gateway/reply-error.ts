import { KurentoError } from "@kms/core";
import type { Logger } from "@kms/core";
import { RpcErrorCode } from "@kms/core/jsonrpc";
import type { JsonObject, RpcError } from "@kms/core/jsonrpc";

import { toWireError } from "../worker/errors.js";

/** What a method failed with, as the error to send. Only what nobody foresaw is logged. */
export function toReplyError(thrown: unknown, log: Logger): RpcError {
  const error = toWireError(isStackOverflow(thrown) ? nestedTooDeep() : thrown);
  if (error.code === RpcErrorCode.internalError) log.error("method failed", { error: thrown });
  return error;
}

// Only values of clients nest without a bound: JSON that nests deeper than code can follow is theirs to mend.
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === "Maximum call stack size exceeded";
}

function nestedTooDeep(): KurentoError {
  return new KurentoError("MARSHALL_ERROR", "Parameters are nested too deep");
}

/** The error as a member of a response. */
export function errorObject({ code, data, message }: RpcError): JsonObject {
  return { code, data, message };
}
