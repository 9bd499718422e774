// @ts-check
/**
 * Fails where a package changed since the base branch without a changeset that says so to users. Without a base to compare
 * with (a shallow clone, or main itself before anything was released) it says that instead of failing.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "./test/step.js";
import { git, workspaceRoot } from "./workspace.js";

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} the commit that this work started from
 */
export function changesetBase(env) {
  const candidates = [env["NX_BASE"], "origin/main", "main"];
  const head = git("rev-parse", "HEAD");
  return candidates
    .filter((ref) => ref !== undefined && ref !== "")
    .map((ref) => git("merge-base", "HEAD", String(ref)))
    .find((commit) => commit !== undefined && commit !== head);
}

/** @returns {string[]} pending changesets */
export function pendingChangesets() {
  const folder = join(workspaceRoot, ".changeset");
  return existsSync(folder)
    ? readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md")
    : [];
}

/** @returns {boolean} */
export function changesetsAreComplete() {
  const base = changesetBase(process.env);
  if (base === undefined) {
    console.log(`changesets: no base to compare with, ${pendingChangesets().length} pending`);
    return true;
  }
  if (succeeds("pnpm", ["changeset", "status", `--since=${base}`])) {
    return true;
  }
  console.error("changesets: describe the change for users with: pnpm changeset");
  return false;
}
