// @ts-check
/** Where things are in this workspace. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const workspaceRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

const parents = ["packages", "packages/extras", "packages/tutorials", "tools"];

/**
 * @param {string} [root] of the workspace, or of a clone of it
 * @returns {string[]} absolute folders of all packages
 */
export function packageFolders(root = workspaceRoot) {
  return parents
    .map((parent) => join(root, parent))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

/**
 * @param {string} folder of a package
 * @returns {string} the name that Nx knows it by
 */
export function projectName(folder) {
  const { name, nx } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return nx?.name ?? name;
}

/**
 * @param {readonly string[]} names
 * @returns {string[]} those that are no project of this workspace
 */
export function unknownProjects(names) {
  const known = new Set(packageFolders().map(projectName));
  return names.filter((name) => !known.has(name));
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
