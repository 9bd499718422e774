import { allFields, ancestors, type Item, type Model, type Type } from "../model/types.js";
import { javaObjectType, javaType, packageFolder } from "./java/names.js";
import { camelCase, kebabCase, upperFirst, upperSnakeCase } from "./names.js";

/** What a user's own template is run for: the key under which the item stands, and the items. */
export type Loops = Readonly<Record<string, readonly object[]>>;

/** The loops that the file name of a template chooses from: its part before the first `_`. */
export function loopsOf({ module }: Model): Loops {
  return {
    model: [{}],
    remoteClass: module.classes,
    complexType: [...module.registers, ...module.enums],
    event: module.events,
  };
}

/** What such a template sees besides the item: the model as in `model/types.ts`, and the configuration. */
export function contextOf(
  { module, dependencies }: Model,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { module, dependencies, config };
}

type Helper = (...values: readonly unknown[]) => unknown;

/** What such a template may call besides the helpers of Handlebars, `comment` and `indent`. */
export const USER_HELPERS: Readonly<Record<string, Helper>> = {
  allFields: (declaration) => allFields(asLevel(declaration)),
  ancestors: (declaration) => ancestors(asLevel(declaration)),
  camelCase: (name) => camelCase(String(name)),
  camelToUnderscore: (name) => upperSnakeCase(String(name)),
  eq: (left, right) => left === right,
  escapeString: (text) => JSON.stringify(String(text)).slice(1, -1),
  javaObjectType: (type) => javaObjectType(asType(type), ({ name }) => name),
  javaType: (type) => javaType(asType(type), ({ name }) => name),
  join: (values, separator) => asList(values).map(String).join(String(separator)),
  json: (value) => JSON.stringify(value, undefined, 2),
  kebabCase: (name) => kebabCase(String(name)),
  packageToFolder: (name) => packageFolder(String(name)),
  typeName: (type) => typeName(asType(type)),
  upperFirst: (name) => upperFirst(String(name)),
};

/** A type as a KMD writes it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "list":
      return `${typeName(type.of)}[]`;
    case "map":
      return `${typeName(type.of)}<>`;
    default:
      return type.declaration.name;
  }
}

interface Level {
  readonly parent: Level | null;
  readonly fields: readonly Item[];
}

function asLevel(value: unknown): Level {
  if (typeof value !== "object" || value === null || !("parent" in value)) {
    throw new Error(`${JSON.stringify(value)} is no declaration that can extend another`);
  }
  return value as Level;
}

function asType(value: unknown): Type {
  if (typeof value !== "object" || value === null || !("kind" in value)) {
    throw new Error(`${JSON.stringify(value)} is no type`);
  }
  return value as Type;
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new Error(`${JSON.stringify(value)} is no list`);
  }
  return value;
}
