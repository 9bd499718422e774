import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { RenderedFile } from "../emit/render.js";

/**
 * Makes a folder with these files: all of it or, where anything goes wrong, nothing.
 *
 * @throws Error where the folder is there already or cannot be made
 */
export function createFolder(folder: string, files: readonly RenderedFile[]): void {
  const target = resolve(folder);
  if (existsSync(target)) throw new Error(`'${folder}' is there already`);
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  // Beside its place, so that it can be moved there at once.
  const draft = mkdtempSync(join(parent, ".scaffold-"));
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(draft, path)), { recursive: true });
      writeFileSync(join(draft, path), text);
    }
    chmodSync(draft, 0o755); // a temporary folder is closed to others
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}
