import { isObject, type Json, type JsonObject } from "./json.js";
import { type Bindings, hasSymbol } from "./symbols.js";

/**
 * Where a value that came differs from the expected one, `undefined` where it does not. Both are in normal form. Ids that
 * are new are learnt on the way, from all places that fit.
 */
export function findDifference(
  expected: Json,
  actual: Json,
  bindings: Bindings,
): string | undefined {
  if (typeof expected === "string" && typeof actual === "string")
    return bindings.match(expected, actual) ? undefined : differs(expected, actual);
  if (Array.isArray(expected) && Array.isArray(actual))
    return listDifference(expected, actual, bindings);
  if (isObject(expected) && isObject(actual)) return objectDifference(expected, actual, bindings);
  return expected === actual ? undefined : differs(expected, actual);
}

function objectDifference(
  expected: JsonObject,
  actual: JsonObject,
  bindings: Bindings,
): string | undefined {
  const names = Object.keys({ ...expected, ...actual });
  const differences = names.map((name) => {
    const found = memberDifference(expected[name], actual[name], bindings);
    return found === undefined ? undefined : `${name}: ${found}`;
  });
  return differences.find((difference) => difference !== undefined);
}

function memberDifference(
  expected: Json | undefined,
  actual: Json | undefined,
  bindings: Bindings,
): string | undefined {
  if (expected === undefined) return `not expected, ${JSON.stringify(actual)} came`;
  if (actual === undefined) return `${JSON.stringify(expected)} expected, nothing came`;
  return findDifference(expected, actual, bindings);
}

function listDifference(
  expected: readonly Json[],
  actual: readonly Json[],
  bindings: Bindings,
): string | undefined {
  if (expected.length !== actual.length) return differs(expected, actual);
  const isOfIds = expected.some((item) => typeof item === "string" && hasSymbol(item));
  if (isOfIds) return unorderedDifference(expected, actual, bindings);
  const differences = expected.map((item, index) =>
    findDifference(item, actual[index] ?? null, bindings),
  );
  return differences.find((difference) => difference !== undefined);
}

// Ids are random, and so is their order.
function unorderedDifference(
  expected: readonly Json[],
  actual: readonly Json[],
  bindings: Bindings,
): string | undefined {
  const rest = [...actual];
  const isKnown = (item: Json): boolean => typeof item === "string" && bindings.isKnown(item);
  const knownFirst = [...expected].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
  for (const item of knownFirst) {
    const index = rest.findIndex((other) => findDifference(item, other, bindings) === undefined);
    if (index < 0) return differs(expected, actual);
    rest.splice(index, 1);
  }
  return undefined;
}

function differs(expected: Json, actual: Json): string {
  return `${JSON.stringify(expected)} expected, ${JSON.stringify(actual)} came`;
}
