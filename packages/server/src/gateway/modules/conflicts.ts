import semver from "semver";

import type { LocatedModule } from "./module-locator.js";

/** Why a module cannot be used beside those before it, `undefined` when it can. */
type Rule = (module: LocatedModule, loaded: readonly LocatedModule[]) => string | undefined;

const rules: readonly Rule[] = [takenName, takenClass, missingImport, otherCore];

/** The first reason why `module` cannot be used beside `loaded`; `undefined` when there is none. */
export function conflict(
  module: LocatedModule,
  loaded: readonly LocatedModule[],
): string | undefined {
  for (const rule of rules) {
    const reason = rule(module, loaded);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function takenName(
  { manifest }: LocatedModule,
  loaded: readonly LocatedModule[],
): string | undefined {
  const other = loaded.find((module) => module.manifest.name === manifest.name);
  return other && `a module '${manifest.name}' is loaded already, from ${other.entry}`;
}

// As in Kurento: clients may use the bare name, so it can mean one class only.
function takenClass(
  { manifest }: LocatedModule,
  loaded: readonly LocatedModule[],
): string | undefined {
  for (const { name } of manifest.classes) {
    const other = loaded.find((module) => module.manifest.classes.some((one) => one.name === name));
    if (other !== undefined) return `module '${other.manifest.name}' has a class '${name}' already`;
  }
  return undefined;
}

function missingImport(
  { manifest }: LocatedModule,
  loaded: readonly LocatedModule[],
): string | undefined {
  const names = new Set(loaded.map((module) => module.manifest.name));
  const missing = manifest.imports.find(({ name }) => !names.has(name));
  return missing && `it imports module '${missing.name}', which is not loaded`;
}

function otherCore(
  { coreRange }: LocatedModule,
  loaded: readonly LocatedModule[],
): string | undefined {
  const core = loaded.find(({ manifest }) => manifest.name === "core")?.manifest.version;
  if (core === undefined || coreRange === undefined || semver.satisfies(core, coreRange))
    return undefined;
  return `it was made for @kms/core ${coreRange}, and this server has ${core}`;
}
