import { register } from "node:module";
import { pathToFileURL } from "node:url";

import type { ServerModule } from "@kms/core";

import { isBuiltIn } from "../built-in-modules.js";

let isSharing = false;

/**
 * Loads a module package. One of a third party gets the server's own core, elements and filters.
 * @param entry path of its entry file
 * @throws Error naming the file when it exports no module
 */
export async function importModule(entry: string): Promise<ServerModule> {
  if (!isBuiltIn(entry)) sharePackages();
  const exports: unknown = await import(pathToFileURL(entry).href);
  if (!hasModule(exports)) throw new Error(`'${entry}' exports no 'module'`);
  return exports.module;
}

// Only where it is needed: the hook runs in a thread of its own.
function sharePackages(): void {
  if (!isSharing) register("./shared-packages.js", import.meta.url);
  isSharing = true;
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
