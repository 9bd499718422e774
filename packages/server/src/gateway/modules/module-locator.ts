import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { Logger, ModuleManifest } from "@kms/core";

import { builtInModules, packageFolder } from "../../built-in-modules.js";
import { conflict } from "./conflicts.js";
import { asManifest } from "./manifest-shape.js";

/** A module package on disk: what the gateway reads of it, and what a worker loads. */
export interface LocatedModule {
  readonly manifest: ModuleManifest;
  /** Absolute path of the file that workers import. */
  readonly entry: string;
  /** Absolute path of the fused KMD; read when a client asks for it. */
  readonly kmd: string;
  /** When the manifest was generated, as Kurento writes it: `Nov 22 2026 05:53:16`. */
  readonly generationTime: string;
  /** Versions of core that the package says it works with, as npm writes ranges; absent within a workspace. */
  readonly coreRange?: string | undefined;
}

interface ModuleField {
  readonly module: string;
  readonly manifest: string;
  readonly entry: string;
  readonly coreRange: string | undefined;
}

/** A module package that cannot be used; the message names its folder. */
export class ModuleError extends Error {}

/**
 * Finds the built-in modules and those in further directories.
 * @param directories each holds module packages, or is one
 * @throws ModuleError for a built-in module that is not there or not built; others that are broken, or in conflict with
 *   one before them, are logged and skipped
 */
export function locateModules(directories: readonly string[], log: Logger): LocatedModule[] {
  const modules = builtInModules.map(locateModule);
  let waiting = directories.flatMap(packageFolders).flatMap((folder) => tryRead(folder, log));
  // A module may come before one that it imports: as long as one fits in, the next may.
  for (;;) {
    const next = waiting.find((module) => conflict(module, modules) === undefined);
    if (next === undefined) break;
    modules.push(next);
    waiting = waiting.filter((module) => module !== next);
  }
  for (const module of waiting) {
    const { entry } = module;
    log.warning("module skipped", { entry, reason: conflict(module, modules) });
  }
  return modules;
}

function tryRead(folder: string, log: Logger): LocatedModule[] {
  try {
    return [readModule(folder)];
  } catch (error) {
    log.warning("module skipped", { folder, reason: messageOf(error) });
    return [];
  }
}

/** Reads a module package by its npm name. @throws ModuleError when it is not there or not built */
export function locateModule(name: string): LocatedModule {
  return readModule(packageFolder(name));
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
  const manifest = readManifest(manifestFile);
  if (manifest.name !== field.module)
    throw new ModuleError(
      `${manifestFile}: is of module '${manifest.name}', not '${field.module}'`,
    );
  const entry = join(folder, field.entry);
  if (!existsSync(entry)) throw new ModuleError(`${entry}: is not there (is the module built?)`);
  const kmd = join(dirname(manifestFile), `${manifest.name}.kmd.json`);
  const generationTime = kurentoTime(statSync(manifestFile).mtime);
  return { manifest, entry, kmd, generationTime, coreRange: field.coreRange };
}

function readManifest(file: string): ModuleManifest {
  const content = readJson(file);
  try {
    return asManifest(content);
  } catch (error) {
    throw new ModuleError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function kurentoTime(time: Date): string {
  const [, day = "", month = "", year = "", clock = ""] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(time.toUTCString()) ?? [];
  return `${month} ${day} ${year} ${clock}`;
}

function moduleField(folder: string): ModuleField {
  const content = readJson(join(folder, "package.json"));
  const field = isObject(content) ? content["kms"] : undefined;
  if (isObject(content) && isObject(field)) {
    const { module, manifest, entry } = field;
    if (typeof module === "string" && typeof manifest === "string" && typeof entry === "string")
      return { module, manifest, entry, coreRange: coreRangeOf(content) };
  }
  throw new ModuleError(
    `${folder}: package.json has no field 'kms' with module, manifest and entry`,
  );
}

function coreRangeOf(content: Readonly<Record<string, unknown>>): string | undefined {
  for (const kind of ["peerDependencies", "dependencies"]) {
    const group = content[kind];
    const range = isObject(group) ? group["@kms/core"] : undefined;
    // "workspace:*" and paths say nothing about versions.
    if (typeof range === "string" && !range.includes(":")) return range;
  }
  return undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ModuleError(`${file}: ${messageOf(error)} (is the module built?)`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
