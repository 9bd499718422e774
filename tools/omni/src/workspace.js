// @ts-check
/** Where things are in this workspace. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const workspaceRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

const parents = ["packages", "packages/extras", "packages/tutorials", "tools"];

/** @returns {string[]} absolute folders of all workspace packages */
export function packageFolders() {
  return parents
    .map((parent) => join(workspaceRoot, parent))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

/**
 * @param {readonly string[]} args
 * @returns {string | undefined} what git printed, undefined where it failed
 */
export function git(...args) {
  try {
    const options = /** @type {const} */ ({ cwd: workspaceRoot, encoding: "utf8", stdio: "pipe" });
    return execFileSync("git", args, options).trim();
  } catch {
    return undefined;
  }
}
