import { isKurentoError, toKurentoError } from "@kms/core";
import { isRpcError, RpcError, toRpcError } from "@kms/core/jsonrpc";

/** What a call failed with, as the error to send: Kurento's code and name where there is one, -32603 otherwise. */
export function toWireError(thrown: unknown): RpcError {
  if (isRpcError(thrown)) return thrown;
  if (!isKurentoError(thrown) && !hasKurentoCode(thrown)) return toRpcError(thrown);
  const { code, message, type } = toKurentoError(thrown);
  return new RpcError(code, message, { type }, { cause: thrown });
}

// Native code rejects with plain errors that carry a code.
function hasKurentoCode(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("code" in thrown)) return false;
  return typeof thrown.code === "number" && thrown.code >= 40000 && thrown.code <= 49999;
}
