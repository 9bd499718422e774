import { createRequire } from "node:module";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { Logger, ModuleManifest } from "@kms/core";

/** A module package on disk: what the gateway reads of it, and what a worker loads. */
export interface LocatedModule {
  readonly manifest: ModuleManifest;
  /** Absolute path of the file that workers import. */
  readonly entry: string;
  /** Absolute path of the fused KMD; read when a client asks for it. */
  readonly kmd: string;
  /** When the manifest was generated, as Kurento writes it: `Nov 22 2026 05:53:16`. */
  readonly generationTime: string;
}

interface ModuleField {
  readonly module: string;
  readonly manifest: string;
  readonly entry: string;
}

/** A module package that cannot be used; the message names its folder. */
export class ModuleError extends Error {}

/** Packages that every server has, in the order of their dependencies. */
const builtIn = ["@kms/core", "@kms/elements", "@kms/filters"] as const;

/**
 * Finds the built-in modules and those in further directories.
 * @param directories each holds module packages, or is one
 * @throws ModuleError for a built-in module that is not there or not built; others that are broken are logged and skipped
 */
export function locateModules(directories: readonly string[], log: Logger): LocatedModule[] {
  const modules = builtIn.map(locateModule);
  for (const folder of directories.flatMap(packageFolders)) addModule(modules, folder, log);
  return modules;
}

function addModule(modules: LocatedModule[], folder: string, log: Logger): void {
  try {
    const found = readModule(folder);
    if (modules.some(({ manifest }) => manifest.name === found.manifest.name)) return;
    modules.push(found);
  } catch (error) {
    log.warning("module skipped", { folder, error });
  }
}

/** Reads a module package by its npm name. @throws ModuleError when it is not there or not built */
export function locateModule(name: string): LocatedModule {
  return readModule(packageFolder(name));
}

function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function packageFolders(directory: string): string[] {
  const folder = resolve(directory);
  if (existsSync(join(folder, "package.json"))) return [folder];
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return entries
    .map((entry) => join(folder, entry.name))
    .filter((path) => existsSync(join(path, "package.json")));
}

function readModule(folder: string): LocatedModule {
  const field = moduleField(folder);
  const manifestFile = join(folder, field.manifest);
  const manifest = readJson(manifestFile) as ModuleManifest;
  if (manifest.name !== field.module)
    throw new ModuleError(
      `${manifestFile}: is of module '${manifest.name}', not '${field.module}'`,
    );
  const kmd = join(dirname(manifestFile), `${manifest.name}.kmd.json`);
  const generationTime = kurentoTime(statSync(manifestFile).mtime);
  return { manifest, entry: join(folder, field.entry), kmd, generationTime };
}

function kurentoTime(time: Date): string {
  const [, day = "", month = "", year = "", clock = ""] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(time.toUTCString()) ?? [];
  return `${month} ${day} ${year} ${clock}`;
}

function moduleField(folder: string): ModuleField {
  const content = readJson(join(folder, "package.json"));
  const field: unknown = isObject(content) ? content["kms"] : undefined;
  if (isObject(field)) {
    const { module, manifest, entry } = field;
    if (typeof module === "string" && typeof manifest === "string" && typeof entry === "string")
      return { module, manifest, entry };
  }
  throw new ModuleError(
    `${folder}: package.json has no field 'kms' with module, manifest and entry`,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ModuleError(
      `${file}: ${error instanceof Error ? error.message : String(error)} (is the module built?)`,
      { cause: error },
    );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
