// @ts-check
/** LLVM's tools, whose findings differ from version to version: the workspace is checked with one. */
import { spawnSync } from "node:child_process";

const llvmVersion = "19";

/**
 * @param {string} tool e.g. "clang-format"
 * @returns {string | undefined} the command for the version we use, undefined where it is not installed
 */
export function llvmTool(tool) {
  return [`${tool}-${llvmVersion}`, tool].find((command) => {
    const { stdout, error } = spawnSync(command, ["--version"], { encoding: "utf8" });
    return (
      error === undefined &&
      (command.endsWith(llvmVersion) || stdout.includes(`version ${llvmVersion}.`))
    );
  });
}

/**
 * Says that a check was left out; in CI that is a failure, as a check that never runs is no check.
 * @param {string} tool
 */
export function reportMissing(tool) {
  const isRequired = process.env["CI"] === "true";
  console.error(
    `${tool}-${llvmVersion} is not installed (apt-get install ${tool}-${llvmVersion}): C++ not checked`,
  );
  process.exit(isRequired ? 1 : 0);
}
