import { isJsonObject, isRpcError, RpcErrorCode } from "@kms/jsonrpc";

/** A call that failed: on the server, with its code, or on the way there. */
export class KurentoError extends Error {
  /** 40000 to 49999 from Kurento, -32700 to -32000 from the protocol (-32001: time-out, -32002: connection closed). */
  readonly code: number;
  /** Name of the code, such as `MEDIA_OBJECT_NOT_FOUND`; `UNDEFINED` where it has none. */
  readonly type: string;

  constructor(code: number, type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KurentoError";
    this.code = code;
    this.type = type;
  }
}

/** The codes that this client itself acts on or raises. */
export const ClientErrorCode = {
  marshall: 40001,
  invalidSession: 40007,
  malformedTransaction: 40008,
  timeout: RpcErrorCode.timeout,
  connectionClosed: RpcErrorCode.connectionClosed,
} as const;

const localTypes: ReadonlyMap<number, string> = new Map([
  [ClientErrorCode.timeout, "TIMEOUT"],
  [ClientErrorCode.connectionClosed, "CONNECTION_CLOSED"],
]);

/** True for any {@link KurentoError}, also one made by another copy of this package or by the server's. */
export function isKurentoError(value: unknown): value is KurentoError {
  return (
    value instanceof Error &&
    value.name === "KurentoError" &&
    "code" in value &&
    typeof value.code === "number"
  );
}

/** What went wrong with a value: which one and what it should be. */
export function marshallError(message: string): KurentoError {
  return new KurentoError(ClientErrorCode.marshall, "MARSHALL_ERROR", message);
}

/** What the connection threw, as the error to show; anything but an RPC error stays. */
export function toKurentoError(thrown: unknown): unknown {
  if (!isRpcError(thrown)) return thrown;
  const sent = isJsonObject(thrown.data) ? thrown.data["type"] : undefined;
  const type = typeof sent === "string" ? sent : (localTypes.get(thrown.code) ?? "UNDEFINED");
  return new KurentoError(thrown.code, type, thrown.message, { cause: thrown });
}
