import type { PrimitiveName } from "./schema-types.js";

type Primitive = string | number | boolean;

/**
 * Converts a JSON value to a primitive the way jsoncpp does for Kurento: numbers and booleans become text,
 * booleans become numbers, numbers become booleans, null becomes the empty value; text becomes nothing else.
 *
 * @returns `undefined` where the value cannot become one
 */
export function decodePrimitive(name: PrimitiveName, value: unknown): Primitive | undefined {
  if (name === "String") {
    return toText(value);
  }
  return name === "boolean" ? toBoolean(value) : toNumber(value, name);
}

function toText(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  return value === null ? "" : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") {
    return value;
  }
  if (typeof value === "number") {
    return value !== 0;
  }
  return value === null ? false : undefined;
}

function toNumber(value: unknown, name: PrimitiveName): number | undefined {
  const number = typeof value === "boolean" || value === null ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    return undefined;
  }
  if (name === "float") {
    return toFloat(number);
  }
  return name === "double" || isInRange(number, name) ? number : undefined;
}

/** A float that is too large for 32 bits is none. */
function toFloat(number: number): number | undefined {
  const float = Math.fround(number);
  return Number.isFinite(float) ? float : undefined;
}

function isInRange(number: number, name: PrimitiveName): boolean {
  return name === "int" ? (number | 0) === number : Number.isSafeInteger(number);
}
