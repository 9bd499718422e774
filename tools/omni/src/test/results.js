// @ts-check
/** Sums what the test runners left in the test-results folders of the packages. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse, relative } from "node:path";
import { nativeResults } from "@kms/nx-plugin/native-results";
import { packageFolders, workspaceRoot } from "../workspace.js";

/** @typedef {import('./step.js').Counts} Counts */

/** Old results must not be counted; Nx brings back those of tasks that it takes from its cache. */
export function removeResults() {
  for (const folder of packageFolders()) {
    rmSync(join(folder, "test-results"), { recursive: true, force: true });
  }
}

/**
 * Joins the logs of all test runners, so that there is one to search for "test start".
 * @param {readonly string[]} folders of packages
 * @param {string} file written
 * @returns {number} how many logs there were
 */
export function joinLogs(folders, file) {
  const logs = folders
    .map((folder) => join(folder, "test-results"))
    .filter(existsSync)
    .flatMap((results) =>
      readdirSync(results)
        .map((name) =>
          join(results, name.startsWith("native-") ? join(name, "LastTest.log") : name),
        )
        .filter((path) => path.endsWith(".log") && existsSync(path)),
    );
  mkdirSync(dirname(file), { recursive: true });
  const text = (/** @type {string} */ path) =>
    `==> ${relative(workspaceRoot, path)}\n${readFileSync(path, "utf8")}`;
  writeFileSync(file, logs.map(text).join("\n"));
  return logs.length;
}

/**
 * @param {string} json vitest's JSON report
 * @returns {Counts} a file that could not be loaded counts as one failure; so do tests that did not run
 */
export function vitestCounts(json) {
  const report = JSON.parse(json);
  const broken = report.testResults.filter(
    (/** @type {{status: string, assertionResults: unknown[]}} */ file) =>
      file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken + skipped };
}

/**
 * @param {string} results test-results folder of a package
 * @returns {{name: string, counts: Counts}[]} one for each runner
 */
export function runnerResults(results) {
  return readdirSync(results).flatMap((name) => {
    const path = join(results, name);
    if (name === "unit.json" || name === "full.json") {
      return [{ name: parse(name).name, counts: vitestCounts(readFileSync(path, "utf8")) }];
    }
    return name.startsWith("native-") ? [{ name, counts: nativeResults(path) }] : [];
  });
}

/**
 * Sums the results of the packages and prints a line for each runner.
 * @param {(label: string) => boolean} isWanted which runners, by a label such as "packages/core native-RelWithDebInfo"
 * @returns {Counts}
 */
export function sumResults(isWanted) {
  const total = { passed: 0, failed: 0 };
  for (const folder of packageFolders()) {
    const results = join(folder, "test-results");
    for (const { name, counts } of existsSync(results) ? runnerResults(results) : []) {
      const label = `${relative(workspaceRoot, folder)} ${name}`;
      if (!isWanted(label)) {
        continue;
      }
      console.log(`${label}: ${counts.passed} passed, ${counts.failed} failed`);
      total.passed += counts.passed;
      total.failed += counts.failed;
    }
  }
  return total;
}
