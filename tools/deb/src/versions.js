// @ts-check
/** Versions of packages: releases are what changesets wrote, snapshots lie between the last release and the next. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { workspaceRoot } from "@kms/omni/src/workspace.js";
import { Failure } from "./failure.js";

/**
 * @typedef {object} Version
 * @property {string} base the release that it is, or leads to
 * @property {string} full of the Debian packages
 * @property {string[]} changes in users' words
 *
 * @typedef {object} Moment
 * @property {string} timestamp fourteen digits, UTC
 * @property {string} commit abbreviated
 * @property {boolean} isDirty whether the tree has changes that are not committed
 *
 * @typedef {object} ReleasePlan as changesets makes it
 * @property {{id: string, summary: string, releases: {name: string}[]}[]} changesets
 * @property {{name: string, oldVersion: string, newVersion: string, type: string, changesets: string[]}[]} releases
 */

/** @returns {Promise<ReleasePlan>} what the pending changesets will release */
export async function releasePlan() {
  // A part of @changesets/cli, which is the workspace's own dependency.
  const fromWorkspace = createRequire(join(workspaceRoot, "package.json"));
  const fromCli = createRequire(fromWorkspace.resolve("@changesets/cli/package.json"));
  return fromCli("@changesets/get-release-plan").default(workspaceRoot);
}

/**
 * A snapshot sorts after the last release and, where a change is pending, before the release that will bring it.
 * @param {string} current version in package.json
 * @param {ReleasePlan["releases"][number] | undefined} pending
 * @param {Moment} moment
 * @returns {{base: string, full: string}}
 */
export function snapshotVersion(current, pending, { timestamp, commit, isDirty }) {
  const mark = `${timestamp}.git${commit}${isDirty ? ".dirty" : ""}`;
  return pending === undefined || pending.newVersion === current
    ? { base: current, full: `${current}+${mark}` }
    : { base: pending.newVersion, full: `${pending.newVersion}~${mark}` };
}

/**
 * @param {{name: string, version: string}} manifest package.json
 * @param {ReleasePlan} plan
 * @param {Moment} moment
 * @returns {Version}
 */
export function snapshot({ name, version }, plan, moment) {
  const pending = plan.releases.find((release) => release.name === name);
  const changes = plan.changesets
    .filter(({ id }) => pending?.changesets.includes(id))
    .map(({ summary }) => summary);
  const changesOrNone = changes.length === 0 ? [`Snapshot; no change since ${version}.`] : changes;
  return { ...snapshotVersion(version, pending, moment), changes: changesOrNone };
}

/**
 * @param {{name: string, version: string}} manifest package.json
 * @param {string | undefined} changelog the package's CHANGELOG.md
 * @param {ReleasePlan} plan
 * @returns {Version}
 * @throws Failure where changesets have not been made into versions yet
 */
export function release({ name, version }, changelog, plan) {
  if (plan.changesets.length > 0) {
    throw new Failure(
      `${plan.changesets.length} changesets are pending, so ${name} ${version} is no release`,
      "Make them one with: pnpm changeset version; or leave --release out for a snapshot",
    );
  }
  return { base: version, full: version, changes: changesOf(changelog ?? "", version) };
}

/**
 * @param {string} changelog as changesets write it
 * @param {string} version
 * @returns {string[]} the items below that version's heading
 */
export function changesOf(changelog, version) {
  const [, after = ""] = changelog.split(new RegExp(`^## ${version.replaceAll(".", "\\.")}$`, "m"));
  const [section = ""] = after.split(/^## /m);
  const items = section.split(/^- /m).slice(1);
  const texts = items.map((item) =>
    item
      .replace(/^[0-9a-f]{7,}: /, "")
      .replace(/^#.*$/gm, "")
      .trim(),
  );
  return texts.length === 0 ? [`Release ${version}.`] : texts;
}
