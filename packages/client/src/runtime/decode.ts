import { isJsonObject } from "@kms/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/jsonrpc";
import { marshallError } from "./errors.js";
import type { ModuleRegistry } from "./module-registry.js";
import type { ParamSpec, PrimitiveName, TypeRef } from "./schema-types.js";

/** What decoding needs beside the value. */
export interface DecodeContext {
  readonly registry: ModuleRegistry;
  /** The object with this id, whose type is declared as that class. */
  resolve(id: string, declaredClass: string): unknown;
}

type Decoders = {
  readonly [Kind in TypeRef["kind"]]: (
    type: Extract<TypeRef, { kind: Kind }>,
    value: JsonValue,
    path: string,
    context: DecodeContext,
  ) => unknown;
};

const decoders: Decoders = {
  primitive: (type, value, path) => decodePrimitive(type.name, value, path),
  enum: (_type, value, path) => decodePrimitive("String", value, path),
  object: (type, value, path, context) => {
    if (typeof value !== "string") throw marshallError(`'${path}' should be an object id`);
    return context.resolve(value, type.name);
  },
  list: (type, value, path, context) => {
    if (!Array.isArray(value)) throw marshallError(`'${path}' should be a list`);
    return value.map((item, at) => decodeValue(type.of, item, `${path}[${at}]`, context));
  },
  map: (type, value, path, context) => {
    const members = Object.entries(objectOf(value, path));
    const decoded = members.map(([name, item]) => {
      return [name, decodeValue(type.of, item ?? null, `${path}.${name}`, context)];
    });
    return Object.fromEntries(decoded) as unknown;
  },
  register: (type, value, path, context) => decodeRegister(type.name, value, path, context),
};

/**
 * A value from the server as its type says: ids become objects, registers plain objects without type members.
 * A null stays null.
 * @param path names the value in errors
 * @throws KurentoError 40001 when the value is of another type
 */
export function decodeValue(
  type: TypeRef,
  value: JsonValue,
  path: string,
  context: DecodeContext,
): unknown {
  if (value === null) return null;
  const decode = decoders[type.kind] as (
    ...args: [TypeRef, JsonValue, string, DecodeContext]
  ) => unknown;
  return decode(type, value, path, context);
}

/** The members of a register or an event: declared ones by their types, others (of a newer server) as they came. */
export function decodeFields(
  fields: readonly ParamSpec[],
  value: JsonObject,
  path: string,
  context: DecodeContext,
): Record<string, unknown> {
  const decoded: Record<string, unknown> = { ...value };
  for (const { name, type } of fields) {
    const given = value[name];
    if (given !== undefined) decoded[name] = decodeValue(type, given, `${path}.${name}`, context);
  }
  return decoded;
}

// The server names the register it really sends, which may extend the declared one.
function decodeRegister(
  declared: string,
  value: JsonValue,
  path: string,
  context: DecodeContext,
): unknown {
  const { __module__: module, __type__: type, ...members } = objectOf(value, path);
  const sent = context.registry.register(`${String(module)}.${String(type)}`);
  const register = sent ?? context.registry.register(declared);
  return decodeFields(register?.fields ?? [], members, path, context);
}

const isOfPrimitive: Readonly<Record<PrimitiveName, (value: JsonValue) => boolean>> = {
  String: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  int: (value) => Number.isInteger(value),
  int64: (value) => Number.isInteger(value) || typeof value === "bigint",
  float: isNumber,
  double: isNumber,
};

function isNumber(value: JsonValue): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function decodePrimitive(name: PrimitiveName, value: JsonValue, path: string): unknown {
  if (!isOfPrimitive[name](value)) throw marshallError(`'${path}' should be a ${name}`);
  return typeof value === "bigint" ? Number(value) : value;
}

function objectOf(value: JsonValue, path: string): JsonObject {
  if (!isJsonObject(value)) throw marshallError(`'${path}' should be an object`);
  return value;
}
