// @ts-check
/** `nx run <package>:format` checks the layout of the files; with --write, as `pnpm format` does, corrects it. */
import { spawnSync } from "node:child_process";
import { relative } from "node:path";
import { npmCommand, packageFolder, runAll, workspaceRoot } from "../run/process.js";
import { llvmTool, reportMissing } from "../run/tools.js";

const folder = relative(workspaceRoot, packageFolder()) || ".";
const isWriting = process.argv.includes("--write");

/**
 * Files that git knows or would add, so that build outputs stay out.
 * @param {string[]} patterns
 * @returns {string[]}
 */
function workspaceFiles(patterns) {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const { stdout } = spawnSync("git", args, { cwd: workspaceRoot, encoding: "utf8" });
  return [...new Set(stdout.split("\0"))].filter((file) => file !== "");
}

const suffixes = ["hpp", "cpp", "h", "c"];
// Golden files are what the module creator writes.
const sources = workspaceFiles(suffixes.map((suffix) => `${folder}/*.${suffix}`)).filter(
  (file) => !file.includes("/golden/"),
);
const prettier = [
  "--log-level=warn",
  "--ignore-unknown",
  isWriting ? "--write" : "--check",
  folder,
];
runAll([["node", npmCommand("prettier"), ...prettier]]);
if (sources.length > 0) {
  const clangFormat = llvmTool("clang-format");
  if (clangFormat === undefined) {
    reportMissing("clang-format");
  } else {
    runAll([[clangFormat, ...(isWriting ? ["-i"] : ["--dry-run", "-Werror"]), ...sources]]);
  }
}
