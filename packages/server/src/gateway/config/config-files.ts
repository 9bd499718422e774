import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { Dirent } from "node:fs";
import { dirname, extname, join, relative, resolve, sep } from "node:path";

import type { ConfigTree, JsonValue, Logger } from "@kms/core";

import { checkConfig } from "./check-config.js";
import { ConfigurationError } from "./configuration-error.js";
import { parseInfoConfig } from "./formats/info.js";
import { parseIniConfig } from "./formats/ini.js";
import { parseJsonConfig } from "./formats/json.js";
import { ConfigSyntaxError } from "./formats/syntax-error.js";
import { parseXmlConfig } from "./formats/xml.js";
import { isTree, mergeTrees, nest } from "./trees.js";

const defaultFile = "/etc/kurento/kurento.conf.json";
const maxFileBytes = 1024 * 1024;

/** By the last part of a file's name. */
const formats: Readonly<Record<string, (text: string) => JsonValue>> = {
  ".info": parseInfoConfig,
  ".ini": parseIniConfig,
  ".json": parseJsonConfig,
  ".xml": parseXmlConfig,
};

/** Where to read from. */
export interface ConfigSources {
  /** Must exist when given; otherwise the default file is read if it is there. */
  readonly confFile: string | undefined;
  /** Directories with module configurations; otherwise `modules` beside the main file. */
  readonly modulesConfigPath: readonly string[] | undefined;
}

/**
 * Reads and checks the main file, then the module files over it.
 * @throws ConfigurationError for a main file that is missing or broken; broken module files are logged and skipped
 */
export function loadConfigFiles(sources: ConfigSources, log: Logger): ConfigTree {
  const { confFile, modulesConfigPath } = sources;
  const found = confFile ?? (existsSync(defaultFile) ? defaultFile : undefined);
  const mainFile = found === undefined ? undefined : resolve(found);
  const main = mainFile === undefined ? {} : readMain(mainFile, log);
  const beside = mainFile === undefined ? [] : [join(dirname(mainFile), "modules")];
  const files = (modulesConfigPath ?? beside).flatMap((directory) => moduleFiles(directory, log));
  return files.reduce<ConfigTree>((merged, file) => addModuleFile(merged, file, log), main);
}

/**
 * Reads settings of one format.
 * @param format `.json`, `.ini`, `.info` or `.xml`
 * @throws ConfigSyntaxError with line and column; Error for another format, or when there is no object at the top
 */
export function parseConfig(text: string, format: string): ConfigTree {
  const parse = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (parse === undefined)
    throw new Error(`unknown format '${format}', expected ${Object.keys(formats).join(", ")}`);
  const tree = parse(text);
  if (!isTree(tree)) throw new Error("should hold an object");
  return tree;
}

interface ModuleFile {
  readonly file: string;
  /** Where its settings belong. */
  readonly keys: readonly string[];
}

function readMain(file: string, log: Logger): ConfigTree {
  let tree: ConfigTree;
  try {
    tree = readTree(file);
  } catch (error) {
    throw new ConfigurationError(problemIn(file, error), { cause: error });
  }
  return checkConfig({ ...tree, configPath: dirname(file) }, file, log);
}

function addModuleFile(merged: ConfigTree, { file, keys }: ModuleFile, log: Logger): ConfigTree {
  let tree: ConfigTree;
  try {
    tree = readTree(file);
  } catch (error) {
    log.warning(`${problemIn(file, error)}; module configuration skipped`);
    return merged;
  }
  const settings = nest(["modules", ...keys], { ...tree, configPath: dirname(file) });
  return mergeTrees(merged, checkConfig(settings, file, log));
}

// modules/kurento/WebRtcEndpoint.conf.ini holds the settings modules.kurento.WebRtcEndpoint.
function moduleFiles(directory: string, log: Logger): ModuleFile[] {
  if (!existsSync(directory)) return [];
  const root = resolve(directory);
  let entries: Dirent[];
  try {
    entries = readdirSync(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    log.warning(`${problemIn(root, error)}; module configurations skipped`);
    return [];
  }
  const files = entries.filter(isModuleFile).map(({ parentPath, name }) => join(parentPath, name));
  return files.sort().map((file) => {
    const keys = relative(root, file).split(sep);
    const className = keys.pop()?.replace(/\.conf\.\w+$/, "") ?? "";
    return { file, keys: [...keys, className] };
  });
}

// Mounted configurations are often symbolic links.
function isModuleFile(entry: Dirent): boolean {
  return (
    (entry.isFile() || entry.isSymbolicLink()) && /.\.conf\.(json|ini|info|xml)$/.test(entry.name)
  );
}

function readTree(file: string): ConfigTree {
  const status = statSync(file);
  if (!status.isFile()) throw new Error("is not a file");
  if (status.size > maxFileBytes) throw new Error(`is larger than ${maxFileBytes} bytes`);
  return parseConfig(decode(readFileSync(file)), extname(file));
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("is not UTF-8 text", { cause: error });
  }
}

function problemIn(file: string, error: unknown): string {
  const problem = error instanceof Error ? error.message : String(error);
  return `${file}:${error instanceof ConfigSyntaxError ? "" : " "}${problem}`;
}
