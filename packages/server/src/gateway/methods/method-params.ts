import { randomUUID } from "node:crypto";

import { invalidParams, RpcError, RpcErrorCode } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import { idText } from "../registry/object-params.js";

/** The parameters of a method call, checked as they are asked for. */
export class MethodParams {
  readonly #members: JsonObject | undefined;
  #freshSession: string | undefined;

  /** @param members `undefined` when the call has no parameters */
  constructor(members: JsonObject | undefined) {
    this.#members = members;
  }

  /**
   * A text; other scalars count as their text.
   * @throws RpcError -32602 without parameters, -32000 when it is missing or of another type
   */
  text(name: string): string {
    const text = idText(this.#required(name));
    if (text === undefined) throw fieldError(`'${name}' parameter should be a string`);
    return text;
  }

  /** A member of any type; `undefined` when absent. @throws RpcError -32602 without parameters */
  optional(name: string): JsonValue | undefined {
    return this.#object()[name];
  }

  /** A truth value, false when absent. @throws RpcError -32602 without parameters, -32000 when it is of another type */
  flag(name: string): boolean {
    const value = this.optional(name) ?? false;
    if (typeof value === "number") return value !== 0;
    if (typeof value !== "boolean") throw fieldError(`'${name}' parameter should be a boolean`);
    return value;
  }

  /** @throws RpcError -32602 without parameters, -32000 when it is missing or of another type */
  list(name: string): JsonValue[] {
    const value = this.#required(name);
    if (!Array.isArray(value)) throw fieldError(`'${name}' parameter should be an array`);
    return value;
  }

  /** The session that the call names; `undefined` when it names none. */
  givenSession(): string | undefined {
    const value = this.#members?.["sessionId"];
    return value === undefined ? undefined : this.text("sessionId");
  }

  /** The session that the call names, or a fresh id, the same each time. */
  session(): string {
    return this.givenSession() ?? (this.#freshSession ??= randomUUID());
  }

  #required(name: string): JsonValue {
    const value = this.#object()[name];
    if (value === undefined) throw fieldError(`'${name}' parameter is required`);
    return value;
  }

  #object(): JsonObject {
    if (this.#members === undefined) throw invalidParams();
    return this.#members;
  }
}

function fieldError(message: string): RpcError {
  return new RpcError(RpcErrorCode.serverError, message);
}
