import type { ConfigTree, JsonValue } from "@kms/core";

/** True for an object that is no list. */
export function isTree(value: JsonValue | undefined): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Later values win: scalars and lists are replaced, objects merged. */
export function mergeTrees(base: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const existing = ownMember(base, key);
    setOwn(merged, key, isTree(existing) && isTree(value) ? mergeTrees(existing, value) : value);
  }
  return merged;
}

/** The tree below some keys: `nest(["a", "b"], 1)` is `{a: {b: 1}}`. */
export function nest(keys: readonly string[], value: JsonValue): ConfigTree {
  const tree = keys.reduceRight<JsonValue>((inner, key) => {
    const outer: Record<string, JsonValue> = {};
    setOwn(outer, key, inner);
    return outer;
  }, value);
  return isTree(tree) ? tree : {};
}

/** A member of the object itself, never of its prototype. */
export function ownMember(tree: ConfigTree, key: string): JsonValue | undefined {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Sets a member, also for a key such as `__proto__`, which plain assignment would take for something else. */
export function setOwn(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
