// Finding and loading of the addon: the only place where JavaScript meets native code.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { HostOptions, NativeHost } from "./host.js";
import { nativeLibrary } from "./library.js";

const FILE = "core.node";
const PACKAGE_ROOT = new URL("../..", import.meta.url);

/** What the addon exports. */
export interface Addon {
  open(options: Omit<HostOptions, "onEvent">, onEvent: HostOptions["onEvent"]): NativeHost;
  openLog(fd: number, isColored: boolean): number;
  writeLog(lines: string): void;
  closeLog(timeoutMs: number): void;
  trimMemory(): void;
}

/**
 * Path of the addon: in KMS_NATIVE_DIR if that is set, else in the package's build folder.
 * @throws Error that names the places searched and what to do
 */
export function addonPath(): string {
  const folder = process.env["KMS_NATIVE_DIR"];
  return folder ? join(folder, FILE) : nativeLibrary(PACKAGE_ROOT, FILE);
}

/**
 * Loads the addon; each environment (main thread, worker thread) once.
 * @throws Error that names the file, the loader's reason and what to do
 */
export function loadAddon(): Addon {
  const path = addonPath();
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${path} cannot be loaded: ${reason}. Build it with: ./kms build. If a library is missing, ` +
        "install the packages that the README names under Requirements.",
      { cause: error },
    );
  }
}
