import type { Logger } from "@kms/core";
import { RpcErrorCode } from "@kms/core/jsonrpc";
import type { JsonObject, RpcError } from "@kms/core/jsonrpc";

import { toWireError } from "../worker/errors.js";

/** What a method failed with, as the error to send. Only what nobody foresaw is logged. */
export function toReplyError(thrown: unknown, log: Logger): RpcError {
  const error = toWireError(thrown);
  if (error.code === RpcErrorCode.internalError) log.error("method failed", { error: thrown });
  return error;
}

/** The error as a member of a response. */
export function errorObject({ code, data, message }: RpcError): JsonObject {
  return { code, data, message };
}
