// @ts-check
/** The parts of a test run: each prints its own output and hands back how many tests passed and failed. */
import { spawnSync } from "node:child_process";
import { workspaceRoot } from "../workspace.js";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 *
 * @typedef {object} Step
 * @property {string} title
 * @property {() => Counts} run
 */

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to this process's environment
 * @param {string} [cwd]
 * @returns {boolean} whether it ended with 0
 */
export function succeeds(program, args, env = {}, cwd = workspaceRoot) {
  const { status, error } = spawnSync(program, args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (error !== undefined) {
    console.error(`${program}: ${error.message}`);
  }
  return status === 0;
}

/**
 * A check that counts as one test.
 * @param {boolean} isPassed
 * @returns {Counts}
 */
export function asOneTest(isPassed) {
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1 };
}

/**
 * Runs all steps, whatever the earlier ones gave, then prints a summary, one line for each and the sum as the last line.
 * @param {readonly Step[]} steps
 * @param {() => string} summary
 * @returns {number} exit code: 0 only if something was tested and nothing failed
 */
export function runSteps(steps, summary) {
  const lines = [];
  const total = { passed: 0, failed: 0 };
  for (const { title, run } of steps) {
    console.log(`\n==> ${title}`);
    const started = Date.now();
    const { passed, failed } = run();
    total.passed += passed;
    total.failed += failed;
    const seconds = Math.round((Date.now() - started) / 1000);
    lines.push(`${title}: ${passed} passed, ${failed} failed (${seconds} s)`);
  }
  console.log(`\n${summary()}\n\n${lines.join("\n")}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}
