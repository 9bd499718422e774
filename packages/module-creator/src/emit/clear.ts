import { existsSync, readdirSync, rmSync, type Dirent } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

/**
 * Empties a folder, for `-d`. What is not there needs no emptying.
 *
 * @param spared paths in the folder to leave, with all that is below them
 * @param inputs files and folders that must survive
 * @throws Error where the folder holds an input, so that a slip in `-c` deletes no KMDs
 */
export function clearFolder(
  folder: string,
  spared: readonly string[],
  inputs: readonly string[],
): void {
  const root = resolve(folder);
  const held = inputs.find((input) => isInside(resolve(input), root));
  if (held !== undefined) {
    throw new Error(`'${folder}' is not emptied, as '${held}' lies in it`);
  }
  const kept = spared.map((path) => resolve(root, path));
  removeBelow(root, kept);
}

function removeBelow(folder: string, kept: readonly string[]): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (kept.includes(path)) {
      continue;
    }
    // A link is removed, never followed.
    if (entry.isDirectory() && kept.some((spared) => isInside(spared, path))) {
      removeBelow(path, kept);
    } else {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
