// @ts-check
/**
 * `nx unit <package>`: the package's vitest suite; the results also go to test-results/unit.json. `nx full <package>`: its
 * long tests, to test-results/full.json.
 */
import { join } from "node:path";
import process from "node:process";
import { npmCommand, packageFolder, runAll } from "../run/process.js";
import { readVariant } from "../variant.js";

const folder = packageFolder();
const isFull = process.argv.includes("--full");
const args = [
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${join(folder, "test-results", isFull ? "full.json" : "unit.json")}`,
  "--passWithNoTests=false",
  "--exclude=dist/**",
  "--exclude=build/**",
  // The floors of coverage are for the usual tests.
  ...(isFull ? ["--coverage.enabled=false"] : []),
];
const env = {
  ...process.env,
  KMS_VARIANT: readVariant(process.env).folder,
  ...(isFull && { KMS_FULL: "1" }),
};
runAll([["node", npmCommand("vitest"), "run", "--root", folder, ...args]], { cwd: folder, env });
