// @ts-check
/**
 * `nx compile <package>`: TypeScript from src/ to dist/, from scratch so that no output of a removed source stays. JSON
 * files of src/ (generated manifests and schemas) go along.
 */
import { cpSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, packageFolder, runAll } from "../run/process.js";

const folder = packageFolder();
const dist = join(folder, "dist");
rmSync(dist, { recursive: true, force: true });
runAll([
  [
    "node",
    npmCommand("typescript", "tsc"),
    "-p",
    folder,
    "--incremental",
    "false",
    "--composite",
    "false",
  ],
]);
if (existsSync(dist)) {
  const filter = (/** @type {string} */ path) =>
    statSync(path).isDirectory() || path.endsWith(".json");
  cpSync(join(folder, "src"), dist, { recursive: true, filter });
}
