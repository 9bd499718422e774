import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readIfThere } from "./files.js";

/** Settings of a run: those of the templates' `config.json` with those of `-cf` over them, key by key. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * Reads the settings.
 *
 * @param templateFolder where a `config.json` may lie
 * @param file of `-cf`, which must be there if it is given
 * @throws Error naming a file that holds no JSON object, or a known key of the wrong type
 */
export function readConfig(templateFolder: string | undefined, file: string | undefined): Config {
  const ofTemplates =
    templateFolder === undefined ? undefined : join(templateFolder, "config.json");
  const text = ofTemplates === undefined ? undefined : readIfThere(ofTemplates);
  return {
    ...(ofTemplates !== undefined && text !== undefined && parseConfig(text, ofTemplates)),
    ...(file !== undefined && parseConfig(readFileSync(file, "utf8"), file)),
  };
}

function parseConfig(text: string, file: string): Config {
  const value = parseJson(text, file);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${file}: this is no JSON object, expected one such as {"no_delete": []}`);
  }
  const config = { ...value } as Config;
  for (const [key, { test, expected }] of Object.entries(KNOWN_KEYS)) {
    if (config[key] !== undefined && !test(config[key])) {
      throw new Error(
        `${file} $.${key}: this is ${JSON.stringify(config[key])}, expected ${expected}`,
      );
    }
  }
  return config;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

interface KnownKey {
  readonly test: (value: unknown) => boolean;
  readonly expected: string;
}

/** Keys with a meaning of their own; others are for the templates. */
const KNOWN_KEYS: Readonly<Record<string, KnownKey>> = {
  no_delete: { test: isStringList, expected: "a list of paths in the output folder" },
  expandMethodsWithOpsParams: {
    test: (value) => typeof value === "boolean",
    expected: "true or false",
  },
};

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

/** Paths in the output folder that `-d` spares. */
export function sparedPaths(config: Config): readonly string[] {
  const spared = config["no_delete"];
  return isStringList(spared) ? spared : [];
}
