import { typeTags } from "./decode.js";
import { KurentoError } from "./errors.js";
import type { EventSpec, JsonValue, ParamSpec, RegisterSpec, TypeRef } from "./schema-types.js";
import type { TypeRegistry } from "./type-registry.js";

/**
 * Encodes what an operation answers: objects become their ids, registers get `__module__` and `__type__`
 * and leave out what is unset, floats keep 32 bits, `null` and `undefined` become null.
 *
 * @param type `null` for an operation that answers nothing
 * @throws KurentoError 40003 where the value is not of the type
 */
export function encodeValue(
  type: TypeRef | null,
  value: unknown,
  registry: TypeRegistry,
): JsonValue {
  if (type === null || value === null || value === undefined) {
    return null;
  }
  switch (type.kind) {
    case "primitive":
      return encodePrimitive(type.name, value);
    case "enum":
      return typeof value === "string" ? value : mismatch(type, value);
    case "object":
      return encodeObject(type, value);
    case "list":
      return Array.isArray(value)
        ? value.map((element: unknown) => encodeValue(type.of, element, registry))
        : mismatch(type, value);
    case "map":
      return encodeMap(type, value, registry);
    case "register":
      return encodeRegister(type, value, registry);
  }
}

/**
 * Encodes the data of an event: the fields that it declares, those that are unset left out.
 *
 * @throws KurentoError 40003 where a value is not of its field's type
 */
export function encodeEvent(
  event: EventSpec,
  data: Readonly<Record<string, unknown>>,
  registry: TypeRegistry,
): { readonly [name: string]: JsonValue } {
  return encodeFields(event.fields, data, registry);
}

/**
 * Marks a value as one of a register that extends the declared one, as in `Stats<>`.
 *
 * @param qualifiedName such as `kurento.RTCInboundRTPStreamStats`
 */
export function asRegister<T extends object>(qualifiedName: string, value: T): T {
  const dot = qualifiedName.lastIndexOf(".");
  return {
    __module__: qualifiedName.slice(0, dot),
    __type__: qualifiedName.slice(dot + 1),
    ...value,
  };
}

function encodePrimitive(name: string, value: unknown): JsonValue {
  const expected = name === "String" ? "string" : name === "boolean" ? "boolean" : "number";
  if (typeof value === "bigint" && name === "int64") {
    return Number(value);
  }
  if (typeof value !== expected || (typeof value === "number" && !Number.isFinite(value))) {
    return mismatch({ kind: "primitive", name }, value);
  }
  return name === "float" ? Math.fround(value as number) : (value as string | number | boolean);
}

function encodeObject(type: TypeRef, value: unknown): JsonValue {
  if (typeof value === "string") {
    return value;
  }
  return isRecord(value) && typeof value["id"] === "string" ? value["id"] : mismatch(type, value);
}

function encodeMap(
  type: Extract<TypeRef, { kind: "map" }>,
  value: unknown,
  registry: TypeRegistry,
): JsonValue {
  if (!isRecord(value)) {
    return mismatch(type, value);
  }
  const entries =
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, member]) => [String(key), encodeValue(type.of, member, registry)]),
  );
}

function encodeRegister(
  type: Extract<TypeRef, { kind: "register" }>,
  value: unknown,
  registry: TypeRegistry,
): JsonValue {
  if (!isRecord(value)) {
    return mismatch(type, value);
  }
  const spec = actualRegister(type.name, value, registry);
  return { ...typeTags(spec), ...encodeFields(spec.fields, value, registry) };
}

function actualRegister(
  declared: string,
  value: Readonly<Record<string, unknown>>,
  registry: TypeRegistry,
): RegisterSpec {
  const { __module__: module, __type__: type } = value;
  const name =
    typeof module === "string" && typeof type === "string" ? `${module}.${type}` : declared;
  const spec = registry.register(name);
  if (spec === undefined || !registry.isSubRegister(spec, declared)) {
    throw new KurentoError(
      "UNEXPECTED_ERROR",
      `'${name}' is no register that extends '${declared}'`,
    );
  }
  return spec;
}

function encodeFields(
  fields: readonly ParamSpec[],
  value: Readonly<Record<string, unknown>>,
  registry: TypeRegistry,
): { readonly [name: string]: JsonValue } {
  const set = fields.filter(({ name, optional }) => value[name] !== undefined || !optional);
  return Object.fromEntries(
    set.map(({ name, type }) => [name, encodeValue(type, value[name], registry)]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mismatch(type: { readonly kind: string; readonly name?: string }, value: unknown): never {
  const wanted = type.name ?? type.kind;
  throw new KurentoError("UNEXPECTED_ERROR", `a value for '${wanted}' is ${describe(value)}`);
}

function describe(value: unknown): string {
  return typeof value === "number"
    ? String(value)
    : Array.isArray(value)
      ? "a list"
      : `of type ${typeof value}`;
}
