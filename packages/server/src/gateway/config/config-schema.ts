import type { ConfigTree, JsonValue } from "@kms/core";

import generated from "../../generated/config-schema.json" with { type: "json" };
import { isTree, ownMember, setOwn } from "./trees.js";

/** The part of JSON Schema that the generator makes of our interfaces. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly JsonValue[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** JSON Schema of `ConfigFile`. */
export const configSchema: Schema & { readonly definitions: Readonly<Record<string, Schema>> } =
  generated;

/**
 * Brings values to the types that the schema asks for, as far as they mean the same: INI, INFO and XML know only texts,
 * XML and INFO no lists. A value that does not fit stays as it is; `null` counts as absent.
 */
export function coerceConfig(tree: ConfigTree): ConfigTree {
  const coerced = coerce(tree, configSchema);
  return isTree(coerced) ? coerced : {};
}

/** What a schema asks for, in words: "should be ...". */
export function expectation(schema: Schema): string {
  const { type, enum: values, pattern } = schema;
  if (values !== undefined) return `one of ${values.map(String).join(", ")}`;
  if (pattern !== undefined) return `a text like ${pattern}`;
  return `${typeNames[type ?? ""] ?? "a value"}${range(schema)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  integer: "an integer",
  number: "a number",
  object: "an object",
  string: "a text",
};

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum} and at most ${maximum}`;
  if (minimum === undefined) return "";
  return maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`;
}

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.replace("#/definitions/", "");
  const target = name === undefined ? undefined : configSchema.definitions[name];
  return target === undefined ? schema : resolve(target);
}

function coerce(value: JsonValue, reference: Schema): JsonValue {
  const { type = "", properties, items } = resolve(reference);
  if (properties !== undefined) return isTree(value) ? coerceMembers(value, properties) : value;
  if (items !== undefined) return coerceList(value, items);
  return scalars[type]?.(value) ?? value;
}

function coerceMembers(tree: ConfigTree, properties: Readonly<Record<string, Schema>>): ConfigTree {
  const members: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(tree)) {
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (value !== null) setOwn(members, key, schema === undefined ? value : coerce(value, schema));
  }
  return members;
}

// <videoCodecs><codec/><codec/></videoCodecs> is a list, as is { codec { } codec { } }.
function coerceList(value: JsonValue, items: Schema): JsonValue {
  const list = isTree(value) ? Object.values(value).flat() : value;
  return Array.isArray(list) ? list.map((item: JsonValue) => coerce(item, items)) : value;
}

const scalars: Readonly<Record<string, (value: JsonValue) => JsonValue | undefined>> = {
  boolean: (value) => (value === "true" ? true : value === "false" ? false : undefined),
  integer: (value) => numberOf(value, /^[+-]?\d{1,15}$/),
  number: (value) => numberOf(value, /^[+-]?\d{1,15}(?:\.\d{1,15})?$/),
  string: (value) =>
    typeof value === "number" || typeof value === "boolean" ? String(value) : undefined,
};

function numberOf(value: JsonValue, pattern: RegExp): number | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return pattern.test(text) ? Number(text) : undefined;
}

/** The schema of a setting, `undefined` for one that is not known. */
export function schemaAt(path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = configSchema;
  for (const key of path) {
    const { properties } = resolve(schema);
    if (properties === undefined || !Object.hasOwn(properties, key)) return undefined;
    schema = properties[key];
    if (schema === undefined) return undefined;
  }
  return resolve(schema);
}

/** A value of the tree. */
export function valueAt(tree: ConfigTree, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = tree;
  for (const key of path) value = isTree(value) ? ownMember(value, key) : undefined;
  return value;
}
