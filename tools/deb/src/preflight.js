// @ts-check
/** What must hold before anything is built. Each check throws a Failure. */
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { git } from "@kms/omni/src/workspace.js";
import { Failure } from "./failure.js";

/** @typedef {import('./versions.js').Moment} Moment */

/** A tree, its objects with debug information and its packages, for the largest module. */
const neededBytes = 3 * 2 ** 30;

/** @param {string} folder where packages are built */
export function checkDisk(folder) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const mebibytes = Math.floor((bavail * bsize) / 2 ** 20);
  if (bavail * bsize < neededBytes) {
    throw new Failure(
      `${folder} has ${mebibytes} MiB free, and packages need ${neededBytes / 2 ** 20} MiB`,
      "Make room, e.g. with ./kms clean",
    );
  }
}

/** @param {string | undefined} root */
export function checkRoot(root) {
  if (process.getuid?.() !== 0) {
    throw new Failure(
      "packages are installed to build others upon them, which only root may do",
      "sudo ./kms deb ...",
    );
  }
  if (root !== undefined && !existsSync(join(root, "usr/bin/dpkg"))) {
    throw new Failure(
      `${root} is no Debian root`,
      `Make one with: debootstrap --variant=minbase bookworm ${root}`,
    );
  }
}

/**
 * @param {boolean} isDirtyAllowed
 * @param {string | undefined} timestamp instead of the commit's
 * @returns {Moment & {date: string}} what the versions are made of; the date in the form of RFC 2822
 */
export function readMoment(isDirtyAllowed, timestamp) {
  const commit = git("rev-parse", "--short=7", "HEAD");
  if (commit === undefined) {
    throw new Failure(
      "this is no git clone, so packages would have no version",
      "git clone the workspace",
    );
  }
  const changes = (git("status", "--porcelain") ?? "").split("\n").filter((line) => line !== "");
  if (changes.length > 0 && !isDirtyAllowed) {
    const [first = ""] = changes;
    throw new Failure(
      `${changes.length} changes are not committed, the first: ${first.slice(2).trim()}`,
      "Commit them, or use --allow-dirty for packages marked so",
    );
  }
  const isDirty = changes.length > 0;
  const time = isDirty
    ? new Date()
    : new Date(Number(git("show", "-s", "--format=%ct", "HEAD")) * 1000);
  return { commit, isDirty, timestamp: timestamp ?? digits(time), date: rfc2822(time) };
}

/** @param {Date} time @returns {string} */
function digits(time) {
  return time.toISOString().replace(/\D/g, "").slice(0, 14);
}

/** @param {Date} time @returns {string} */
export function rfc2822(time) {
  return time.toUTCString().replace("GMT", "+0000");
}
