import { allFields, type Primitive, type Type } from "./types.js";

/** What is wrong with a default value, as what was expected instead; `undefined` where nothing is. */
export function checkDefault(type: Type, value: unknown): string | undefined {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_CHECKS[type.name](value) ? undefined : PRIMITIVE_NAMES[type.name];
    case "enum":
      return typeof value === "string" && type.declaration.values.includes(value)
        ? undefined
        : `one of ${type.declaration.values.join(", ")}`;
    case "register":
      return checkRegister(type, value);
    case "list":
      return Array.isArray(value)
        ? value
            .map((element) => checkDefault(type.of, element))
            .find((fault) => fault !== undefined)
        : "a list";
    case "map":
      return isObject(value)
        ? Object.values(value)
            .map((element) => checkDefault(type.of, element))
            .find((fault) => fault !== undefined)
        : "an object";
    case "object":
      return value === null ? undefined : "null, as objects are made at run time";
  }
}

function checkRegister(
  type: Extract<Type, { kind: "register" }>,
  value: unknown,
): string | undefined {
  if (!isObject(value)) {
    return "an object";
  }
  for (const field of allFields(type.declaration)) {
    if (!Object.hasOwn(value, field.name)) {
      if (!field.optional) {
        return `the field '${field.name}'`;
      }
      continue;
    }
    const fault = checkDefault(field.type, value[field.name]);
    if (fault !== undefined) {
      return `as field '${field.name}' ${fault}`;
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const PRIMITIVE_CHECKS: Readonly<Record<Primitive, (value: unknown) => boolean>> = {
  String: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  int: (value) => typeof value === "number" && (value | 0) === value,
  int64: (value) => Number.isSafeInteger(value),
  float: (value) => typeof value === "number",
  double: (value) => typeof value === "number",
};

const PRIMITIVE_NAMES: Readonly<Record<Primitive, string>> = {
  String: "a string",
  boolean: "true or false",
  int: "an integer of 32 bits",
  int64: "an integer",
  float: "a number",
  double: "a number",
};
