import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { KmdText } from "../kmd/read.js";

const SUFFIX = ".kmd.json";

/**
 * Reads KMD files: a file as it is, a folder with all `*.kmd.json` in and below it, sorted by path.
 *
 * @throws Error where a path does not exist or cannot be read
 */
export function findKmds(paths: readonly string[]): readonly KmdText[] {
  const files = new Set(paths.flatMap(filesOf));
  return [...files].map((file) => ({ file: displayName(file), text: readFileSync(file, "utf8") }));
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) {
    return [path];
  }
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted()
    .map((name) => join(path, name));
}

/** Errors name a file as seen from where the user stands. */
function displayName(file: string): string {
  const shown = relative(process.cwd(), file);
  return shown.startsWith("..") ? file : shown;
}
