// @ts-check
/** Running Nx targets over the projects: all of them, or in CI with a known base those that a change affects. */
import { git } from "../workspace.js";
import { asOneTest, succeeds } from "./step.js";
import { sumResults } from "./results.js";
import { taskRecord } from "./task-table.js";

/** @typedef {import('./step.js').Counts} Counts */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]} Nx's command: "affected" only in CI and only with a base that this clone has
 */
export function projectSelection(env) {
  const base = env["NX_BASE"];
  const isKnown =
    base !== undefined &&
    base !== "" &&
    git("rev-parse", "--verify", `${base}^{commit}`) !== undefined;
  return env["CI"] === "true" && isKnown ? ["affected", `--base=${base}`] : ["run-many"];
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean}
 */
export function nx(args, env) {
  return succeeds("pnpm", ["nx", ...args], { ...taskRecord(), ...env });
}

/**
 * A target that only passes or fails, counted as one test.
 * @param {string} target
 * @returns {Counts}
 */
export function checkTarget(target) {
  return asOneTest(nx([...projectSelection(process.env), "-t", target]));
}

/**
 * Targets whose runners leave results. Where Nx failed but every result is good, the failure itself is counted: a build
 * that broke leaves no result at all.
 * @param {readonly string[]} args
 * @param {(label: string) => boolean} isWanted whose results count
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Counts}
 */
export function testTargets(args, isWanted, env) {
  const isPassed = nx([...args, "--output-style=static"], env);
  const counts = sumResults(isWanted);
  return { passed: counts.passed, failed: isPassed ? counts.failed : Math.max(counts.failed, 1) };
}
