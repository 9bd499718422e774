/**
 * JSON with exact 64-bit integers. Ordinary texts take `JSON.parse` and `JSON.stringify` as they are; only a text or
 * value that holds an integer beyond 2^53 pays for more.
 */

/** Any JSON value; an integer beyond +-(2^53 - 1), within int64 or uint64, is a bigint. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object; members may be `undefined`, which is not written. */
export interface JsonObject {
  [member: string]: JsonValue | undefined;
}

const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 64n - 1n;

// Where a value may start, 16 digits: the shortest integer beyond 2^53. Within a string this may match too, harmlessly.
const mayHoldBigInteger = /[:[,]\s*-?\d{16}|^\s*-?\d{16}/;

// A whole string or a whole number; the string alternative keeps digits inside strings out of the other.
const stringOrNumber = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const integer = /^-?\d+$/;

/**
 * What marks an integer that travels through JSON.parse or JSON.stringify as a string. Unguessable, so that no string
 * of a message can be taken for a number.
 */
const marker = `${globalThis.crypto.randomUUID()}:`;
const markedInteger = new RegExp(`"${marker}(-?\\d+)"`, "g");

/**
 * Parses JSON text.
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(text: string): JsonValue {
  if (!mayHoldBigInteger.test(text)) return JSON.parse(text) as JsonValue;
  // The text must be JSON before tokens in it may be replaced, or broken texts could become valid ones.
  const plain = JSON.parse(text) as JsonValue;
  const marked = text.replace(stringOrNumber, markIfBig);
  return marked === text ? plain : (JSON.parse(marked, unmark) as JsonValue);
}

/**
 * Writes a value as compact JSON; bigints become JSON integers.
 * @throws TypeError when the value has a cycle
 */
export function stringifyJson(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, mark).replace(markedInteger, "$1");
  }
}

function markIfBig(token: string): string {
  if (!integer.test(token) || Number.isSafeInteger(Number(token))) return token;
  // More digits than any 64-bit integer has: not worth a BigInt of hostile length.
  if (token.length > 20) return token;
  const value = BigInt(token);
  return value < minInteger || value > maxInteger ? token : `"${marker}${token}"`;
}

function unmark(_member: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith(marker)
    ? BigInt(value.slice(marker.length))
    : value;
}

function mark(_member: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${marker}${value}` : value;
}
