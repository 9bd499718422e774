type Json = Readonly<Record<string, unknown>>;

/** Joins what was generated with what the customiser says. */
type Merge = (generated: unknown, custom: unknown) => unknown;

const mergeKeys: Merge = (generated, custom) =>
  isObject(generated) && isObject(custom) ? { ...generated, ...custom } : custom;

const append: Merge = (generated, custom) =>
  Array.isArray(generated) && Array.isArray(custom)
    ? [...generated, ...custom.filter((entry) => !generated.includes(entry))]
    : custom;

/** Keys whose values are joined; a customiser replaces all others whole. */
const JOINED: Readonly<Record<string, Merge>> = {
  keywords: append,
  dependencies: mergeKeys,
  devDependencies: mergeKeys,
  peerDependencies: mergeKeys,
  repository: mergeKeys,
  bugs: mergeKeys,
};

/**
 * Merges a `package.json` or `bower.json` that lies beside the KMDs into the generated one: keys are added
 * or replaced, keywords and dependencies are joined.
 *
 * @param file named in errors
 * @throws Error where the customiser is no JSON object
 */
export function mergeJson(generated: string, custom: string, file: string): string {
  const base = parseObject(generated, "the generated file");
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(parseObject(custom, file))) {
    const join = Object.hasOwn(JOINED, key) && Object.hasOwn(base, key) ? JOINED[key] : undefined;
    Object.defineProperty(merged, key, {
      value: join === undefined ? value : join(base[key], value),
      ...{ enumerable: true, writable: true, configurable: true },
    });
  }
  return `${JSON.stringify(merged, undefined, 2)}\n`;
}

function parseObject(text: string, file: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!isObject(value)) {
    throw new Error(`${file}: this is no JSON object`);
  }
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
