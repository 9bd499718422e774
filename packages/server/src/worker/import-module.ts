import { pathToFileURL } from "node:url";

import type { ServerModule } from "@kms/core";

/**
 * Loads a module package.
 * @param entry path of its entry file
 * @throws Error naming the file when it exports no module
 */
export async function importModule(entry: string): Promise<ServerModule> {
  const exports: unknown = await import(pathToFileURL(entry).href);
  if (!hasModule(exports)) throw new Error(`'${entry}' exports no 'module'`);
  return exports.module;
}

function hasModule(exports: unknown): exports is { readonly module: ServerModule } {
  if (typeof exports !== "object" || exports === null || !("module" in exports)) return false;
  const { module } = exports;
  return (
    typeof module === "object" &&
    module !== null &&
    "spec" in module &&
    "classes" in module &&
    "native" in module
  );
}
