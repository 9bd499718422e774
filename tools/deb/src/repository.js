// @ts-check
/** A local apt repository: a folder of packages with an index. */
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Failure } from "./failure.js";

/** @typedef {import('./system.js').System} System */

/**
 * Adds packages and writes the index anew.
 * @param {System} system with apt-ftparchive; the folder is seen in it
 * @param {string} folder absolute
 * @param {readonly string[]} files absolute paths
 */
export function addToRepository(system, folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    copyFileSync(file, join(folder, basename(file)));
  }
  writeIndex(system, folder, "Packages", ["apt-ftparchive", "packages", "."]);
  writeIndex(system, folder, "Sources", ["apt-ftparchive", "sources", "."]);
  const names = ["Origin=kms-omni", "Label=kms-omni"];
  const options = names.flatMap((name) => ["-o", `APT::FTPArchive::Release::${name}`]);
  writeIndex(system, folder, "Release", ["apt-ftparchive", ...options, "release", "."]);
}

/**
 * The file is replaced as a whole: apt may be reading it.
 * @param {System} system @param {string} folder @param {string} name @param {readonly string[]} command
 */
function writeIndex(system, folder, name, command) {
  const { status, output } = system.ask(command, { cwd: folder });
  if (status !== 0) {
    throw new Failure(
      `${command.slice(0, 2).join(" ")} failed in ${folder}`,
      "Its message stands above; apt-utils must be installed",
    );
  }
  writeFileSync(join(folder, `${name}.new`), output);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

/** @param {string} folder @returns {string} the line for /etc/apt/sources.list.d/ */
export function sourcesLine(folder) {
  return `deb [trusted=yes] file:${folder} ./`;
}
