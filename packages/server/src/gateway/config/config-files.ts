import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

import type { ConfigTree, JsonValue, Logger } from "@kms/core";

import { parseIni } from "./ini.js";

/** A configuration that cannot be used; the message names the file. */
export class ConfigurationError extends Error {}

const defaultFile = "/etc/kurento/kurento.conf.json";

/** Where to read from. */
export interface ConfigSources {
  /** Must exist when given; otherwise the default file is read if it is there. */
  readonly confFile: string | undefined;
  /** Directories with module configurations; otherwise `modules` beside the main file. */
  readonly modulesConfigPath: readonly string[] | undefined;
}

/**
 * Reads the main file, then the module files over it.
 * @throws ConfigurationError for a main file that is missing or broken; broken module files are logged and skipped
 */
export function loadConfigFiles(
  { confFile, modulesConfigPath }: ConfigSources,
  log: Logger,
): ConfigTree {
  const mainFile = confFile ?? (existsSync(defaultFile) ? defaultFile : undefined);
  const main = mainFile === undefined ? {} : readMain(resolve(mainFile));
  const directories =
    modulesConfigPath ??
    (mainFile === undefined ? [] : [join(dirname(resolve(mainFile)), "modules")]);
  return directories.reduce<ConfigTree>(
    (tree, directory) => addModuleFiles(tree, directory, log),
    main,
  );
}

/** Later values win: scalars and lists are replaced, objects merged. */
export function mergeTrees(base: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const existing = Object.hasOwn(base, key) ? base[key] : undefined;
    setOwn(merged, key, isTree(existing) && isTree(value) ? mergeTrees(existing, value) : value);
  }
  return merged;
}

/** True for an object that is no list. */
export function isTree(value: JsonValue | undefined): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMain(file: string): ConfigTree {
  try {
    return { ...readTree(file), configPath: dirname(file) };
  } catch (error) {
    throw new ConfigurationError(
      `${file}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function addModuleFiles(tree: ConfigTree, directory: string, log: Logger): ConfigTree {
  return moduleFiles(directory).reduce<ConfigTree>((merged, file) => {
    try {
      return mergeTrees(merged, moduleTree(directory, file));
    } catch (error) {
      log.warning("module configuration skipped", { file, error });
      return merged;
    }
  }, tree);
}

function moduleFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.conf\.(json|ini)$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

// modules/kurento/WebRtcEndpoint.conf.ini holds the settings modules.kurento.WebRtcEndpoint.
function moduleTree(directory: string, file: string): ConfigTree {
  const names = relative(directory, file).split(sep);
  const last = names.pop()?.replace(/\.conf\.\w+$/, "") ?? "";
  const settings: JsonValue = { ...readTree(file), configPath: dirname(file) };
  const tree = [...names, last].reduceRight<JsonValue>(
    (value, name) => ({ [name]: value }),
    settings,
  );
  return { modules: tree };
}

function readTree(file: string): ConfigTree {
  const text = readFileSync(file, "utf8");
  const tree: JsonValue = file.endsWith(".ini")
    ? parseIni(text)
    : withoutComments(JSON.parse(text) as JsonValue);
  if (!isTree(tree)) throw new Error("should hold an object");
  return tree;
}

function withoutComments(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutComments(item));
  if (!isTree(value)) return value;
  const kept: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value))
    if (!key.startsWith("//")) setOwn(kept, key, withoutComments(member));
  return kept;
}

// Also for a key such as __proto__, which plain assignment would take for something else.
function setOwn(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
