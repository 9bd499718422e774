import { createRequire } from "node:module";
import { dirname, sep } from "node:path";

/** Packages of the modules that every server has, in the order of their dependencies. */
export const builtInModules = ["@kms/core", "@kms/elements", "@kms/filters"] as const;

/** Folder of a package as the server sees it. @throws Error when it is not installed */
export function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** True for a file of a built-in module, false for one of a third party. */
export function isBuiltIn(file: string): boolean {
  return builtInModules.some((name) => file.startsWith(packageFolder(name) + sep));
}
