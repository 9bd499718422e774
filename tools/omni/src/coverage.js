// @ts-check
/**
 * `./kms coverage [project...]`: the native and unit tests of all projects, or of these, with lines counted; then one report
 * of TypeScript and C++ in coverage/index.html and coverage/lcov.info, and a line for each package. Fails where a test fails.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { lineSums, sumTable, withAbsolutePaths } from "./line-counts/lcov.js";
import { succeeds } from "./test/step.js";
import { packageFolders, unknownProjects, workspaceRoot } from "./workspace.js";

const env = { KMS_COVERAGE: "1", KMS_BUILD_TYPE: "Debug" };
const report = join(workspaceRoot, "coverage");
const projects = process.argv.slice(2);
const [unknown] = unknownProjects(projects);
if (unknown !== undefined) {
  console.error(`coverage: there is no project "${unknown}"; pnpm nx show projects lists them`);
  process.exit(2);
}

/** What is no source of ours, as lcov's patterns. */
const left = ["*.test.cpp", "*.test.hpp", "*/generated/*", "*/test-support/*", "*/testing/*"];

/** @param {string} folder of a package @returns {string} where its native code with counters is built */
const build = (folder) => join(folder, "build/Debug-coverage");

/** Counts of an earlier run would be added to. */
function removeCounts() {
  rmSync(report, { recursive: true, force: true });
  mkdirSync(report, { recursive: true });
  for (const folder of packageFolders()) {
    rmSync(join(folder, "coverage"), { recursive: true, force: true });
    const files = existsSync(build(folder)) ? readdirSync(build(folder), { recursive: true }) : [];
    for (const file of files.map(String).filter((name) => name.endsWith(".gcda"))) {
      rmSync(join(build(folder), file));
    }
  }
}

/** @returns {boolean} whether all tests passed */
function runTests() {
  const chosen = projects.length > 0 ? [`--projects=${projects.join(",")}`] : [];
  // Not from the cache: counts are no output of a test.
  const args = ["nx", "run-many", "-t", "check", "unit", "--skip-nx-cache", ...chosen];
  return succeeds("pnpm", [...args, "--output-style=static"], env);
}

/**
 * @param {string} folder of a package
 * @returns {string[]} the tracefiles that its tests left
 */
function tracefiles(folder) {
  const typescript = join(folder, "coverage/lcov.info");
  const traces = [];
  if (existsSync(typescript)) {
    writeFileSync(typescript, withAbsolutePaths(readFileSync(typescript, "utf8"), folder));
    traces.push(typescript);
  }
  const native = join(report, `${basename(folder)}-native.info`);
  const where = ["--directory", build(folder), "--base-directory", join(folder, "native")];
  const capture = ["--quiet", "--capture", ...where, "--no-external", "--output-file", native];
  if (existsSync(build(folder)) && existsSync(join(folder, "native"))) {
    // Nothing of it has run where only other projects were chosen.
    if (succeeds("lcov", capture) && existsSync(native)) {
      succeeds("lcov", ["--quiet", "--remove", native, ...left, "--output-file", native]);
      traces.push(native);
    }
  }
  return traces;
}

removeCounts();
const isPassed = runTests();
const traces = packageFolders().flatMap(tracefiles);
const all = join(report, "lcov.info");
const isMerged =
  traces.length > 0 &&
  succeeds("lcov", ["--quiet", ...traces.flatMap((file) => ["-a", file]), "-o", all]) &&
  succeeds("genhtml", ["--quiet", "--prefix", workspaceRoot, "--output-directory", report, all]);
if (isMerged) {
  console.log(`\n${sumTable(lineSums(readFileSync(all, "utf8"), workspaceRoot))}`);
  console.log("\nReport: coverage/index.html, for other tools coverage/lcov.info");
}
process.exitCode = isPassed && isMerged ? 0 : 1;
