import { isJsonObject, RpcError, RpcErrorCode } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue, RpcParams } from "@kms/core/jsonrpc";

/** Members of a call from the gateway; the gateway is ours, so a wrong one is a bug and told as -32602. */
export class RequestParams {
  readonly #members: JsonObject;

  constructor(params: RpcParams | undefined) {
    this.#members =
      params !== undefined && isJsonObject(params as JsonValue) ? (params as JsonObject) : {};
  }

  /** @throws RpcError -32602 when it is no text */
  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== "string") throw invalid(name);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#members[name] === undefined ? undefined : this.text(name);
  }

  value(name: string): JsonValue | undefined {
    return this.#members[name];
  }

  /** @throws RpcError -32602 when it is no object */
  object(name: string): JsonObject {
    const value = this.#members[name];
    if (!isJsonObject(value)) throw invalid(name);
    return value;
  }

  /** @throws RpcError -32602 when it is no list of texts */
  texts(name: string): string[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
      throw invalid(name);
    return value;
  }
}

function invalid(name: string): RpcError {
  return new RpcError(
    RpcErrorCode.invalidParams,
    `worker call: '${name}' is missing or of a wrong type`,
  );
}
