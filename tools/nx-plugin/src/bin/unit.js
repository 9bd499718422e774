// @ts-check
/**
 * `nx unit <package>`: the package's vitest suite. Its results also go to test-results/unit.json and, for other tools, as
 * JUnit to unit.junit.xml; its log to unit.log. `nx full <package>`: its long tests, to files named full.
 */
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { npmCommand, packageFolder, runAll } from "../run/process.js";
import { readVariant } from "../variant.js";

const folder = packageFolder();
const isFull = process.argv.includes("--full");
const results = join(folder, "test-results", isFull ? "full" : "unit");
const args = [
  "--reporter=default",
  "--reporter=json",
  "--reporter=junit",
  `--reporter=${fileURLToPath(import.meta.resolve("../results/test-log.js"))}`,
  `--outputFile.json=${results}.json`,
  `--outputFile.junit=${results}.junit.xml`,
  "--includeTaskLocation",
  "--passWithNoTests=false",
  "--exclude=dist/**",
  "--exclude=build/**",
  // The floors of coverage are for the usual tests.
  ...(isFull ? ["--coverage.enabled=false"] : []),
  ...(process.env["KMS_COVERAGE"] ? lineCounts() : []),
];
/** @returns {string[]} options with which vitest counts which lines run, into coverage/lcov.info */
function lineCounts() {
  return [
    "--coverage.enabled=true",
    "--coverage.provider=v8",
    "--coverage.reporter=lcovonly",
    `--coverage.reportsDirectory=${join(folder, "coverage")}`,
  ];
}

const env = {
  ...process.env,
  KMS_TEST_LOG: `${results}.log`,
  KMS_VARIANT: readVariant(process.env).folder,
  ...(isFull && { KMS_FULL: "1" }),
};
runAll([["node", npmCommand("vitest"), "run", "--root", folder, ...args]], { cwd: folder, env });
