// @ts-check
/** `nx unit <package>`: the package's vitest suite; the results also go to test-results/unit.json. */
import { join } from "node:path";
import { npmCommand, packageFolder, runAll } from "../run/process.js";

const folder = packageFolder();
const args = [
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${join(folder, "test-results", "unit.json")}`,
  "--passWithNoTests=false",
  "--exclude=dist/**",
  "--exclude=build/**",
];
runAll([["node", npmCommand("vitest"), "run", "--root", folder, ...args]], { cwd: folder });
