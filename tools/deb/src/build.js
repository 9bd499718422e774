// @ts-check
/** Building the packages of one module, with what it needs installed first. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { aptVersions, install, installedVersion, isAtLeast } from "./apt.js";
import { Failure } from "./failure.js";
import { buildNeeds, devPackage } from "./select.js";
import { writeSourceTree } from "./source-tree.js";

/**
 * @typedef {import('./modules.js').Module} Module
 * @typedef {import('./system.js').System} System
 * @typedef {import('./debian-folder.js').Release} Release
 *
 * @typedef {object} Build
 * @property {System} system
 * @property {Release} release
 * @property {string} work folder for source trees
 * @property {string} out folder for what comes out
 * @property {string} cache folder of ccache
 * @property {(text: string) => void} say
 * @property {(modules: readonly Module[]) => void} compile TypeScript of modules
 */

/**
 * @param {Build} build
 * @param {Module} module
 * @returns {"installed" | "apt" | undefined} where the packages to build upon it are, in a version that fits
 */
export function whereIs({ system, release }, module) {
  const minimum = `${release.versionOf(module.name).base}~`;
  const name = devPackage(module);
  const installed = installedVersion(system, name);
  if (installed !== undefined && isAtLeast(system, installed, minimum)) {
    return "installed";
  }
  const isInApt = aptVersions(system, name).some((version) => isAtLeast(system, version, minimum));
  return isInApt ? "apt" : undefined;
}

/**
 * The files of a module that were built in this version already.
 * @param {Build} build
 * @param {Module} module
 * @returns {string[]} absolute paths of .deb files
 */
export function builtFiles({ out, release }, { name }) {
  const { full } = release.versionOf(name);
  const list = join(out, `${name}_${full}.files`);
  return existsSync(list)
    ? readFileSync(list, "utf8")
        .trim()
        .split("\n")
        .map((file) => join(out, file))
    : [];
}

/**
 * Sees to it that a module's needs are installed: those built here in this version, else from apt where our repository is
 * configured, else they are built first.
 * @param {Build} build
 * @param {Module} module
 */
export function provideNeeds(build, module) {
  for (const need of buildNeeds(module)) {
    provide(build, need, `${module.name} needs ${need.name}`);
  }
}

/** @param {Build} build @param {Module} need @param {string} reason */
function provide(build, need, reason) {
  const { system, release, say } = build;
  if (installedVersion(system, devPackage(need)) === release.versionOf(need.name).full) {
    return;
  }
  const where = builtFiles(build, need).length > 0 ? undefined : whereIs(build, need);
  if (where === "installed") {
    return;
  }
  if (where === "apt") {
    say(`${reason}: from apt`);
    install(system, [devPackage(need)]);
    return;
  }
  if (builtFiles(build, need).length === 0) {
    say(`${reason}: apt has none that fits, so it is built first`);
    buildModule(build, need);
  }
  install(
    system,
    builtFiles(build, need).filter((file) => !/-(doc|dbgsym)_/.test(basename(file))),
  );
}

/**
 * Writes the tree of a module.
 * @param {Build} build
 * @param {Module} module
 * @returns {string} its folder; always the same, for ccache
 */
function prepare({ compile, work, release, say }, module) {
  compile([module]);
  clear(work);
  const tree = join(work, module.name);
  writeSourceTree(module, tree, release);
  say(`${module.name} ${release.versionOf(module.name).full}`);
  return tree;
}

/**
 * Makes the source package of a module, and nothing else.
 * @param {Build} build
 * @param {Module} module
 */
export function sourcePackage(build, module) {
  const tree = prepare(build, module);
  if (build.system.run(["dpkg-source", "--build", tree], { cwd: build.work }) !== 0) {
    throw new Failure(
      `${module.name} has no source package`,
      `The error above says why; the tree is ${tree}`,
    );
  }
  moveResults(build);
}

/**
 * Builds the source package and the packages of a module.
 * @param {Build} build
 * @param {Module} module
 */
export function buildModule(build, module) {
  const { system, release, say } = build;
  if (builtFiles(build, module).length > 0) {
    say(`${module.name} ${release.versionOf(module.name).full} is built already`);
    return;
  }
  provideNeeds(build, module);
  const tree = prepare(build, module);
  install(system, buildDependencies(system, tree));
  const command = ["dpkg-buildpackage", "--unsigned-source", "--unsigned-changes"];
  if (system.run(command, { cwd: tree, env: buildEnvironment(build.cache) }) !== 0) {
    throw new Failure(
      `${module.name} could not be packaged`,
      `The first error above says why; the tree is ${tree}`,
    );
  }
  checkPackages(build, module);
  keep(build, module);
}

/** @param {string} work removes the results of a build that was interrupted */
function clear(work) {
  mkdirSync(work, { recursive: true });
  for (const entry of readdirSync(work, { withFileTypes: true }).filter((item) => item.isFile())) {
    rmSync(join(work, entry.name));
  }
}

/**
 * @param {System} system
 * @param {string} tree
 * @returns {string[]} "build-essential" and the names in Build-Depends, without the versions, of what must be installed
 */
function buildDependencies(system, tree) {
  const { output } = system.ask(["sh", "-c", "dpkg-checkbuilddeps 2>&1 || true"], { cwd: tree });
  const [, list = ""] = /unmet build dependencies: (.*)/i.exec(output) ?? [];
  const names = list
    .replace(/\([^)]*\)/g, "")
    .replace(/\|\s*\S+/g, "")
    .split(/\s+/);
  return ["build-essential", "fakeroot", ...names.filter((name) => name !== "")];
}

/** @param {string} cache folder of ccache @returns {Record<string, string>} compilers through ccache; -doc is left out with nodoc */
function buildEnvironment(cache) {
  const options = process.env["DEB_BUILD_OPTIONS"] ?? "";
  const isParallel = /\bparallel=/.test(options);
  const profiles = ["nodoc", "nocheck"].filter((word) => options.split(/[\s,]+/).includes(word));
  return {
    DEB_BUILD_OPTIONS: isParallel
      ? options
      : `${options} parallel=${process.env["KMS_BUILD_JOBS"] ?? "2"}`.trim(),
    ...(profiles.length > 0 && { DEB_BUILD_PROFILES: profiles.join(" ") }),
    CMAKE_C_COMPILER_LAUNCHER: "ccache",
    CMAKE_CXX_COMPILER_LAUNCHER: "ccache",
    CCACHE_DIR: cache,
    GST_DEBUG_NO_COLOR: "1",
    CTEST_OUTPUT_ON_FAILURE: "1",
  };
}

/** @param {Build} build @param {Module} module */
function checkPackages({ system, work, release }, { name }) {
  const changes = readdirSync(work).filter(
    (file) => file.startsWith(`${name}_`) && file.endsWith(".changes"),
  );
  const status = system.run(
    [
      "lintian",
      "--allow-root",
      "--fail-on",
      "error",
      "--tag-display-limit",
      "0",
      "--suppress-tags",
      "bad-distribution-in-changes-file",
      ...changes,
    ],
    { cwd: work },
  );
  if (status !== 0) {
    throw new Failure(
      `lintian finds errors in ${name} ${release.versionOf(name).full}`,
      "Its lines above that begin with E: say which",
    );
  }
}

/**
 * Moves the results to where they stay.
 * @param {Build} build
 * @returns {string[]} names of files
 */
function moveResults({ work, out }) {
  mkdirSync(out, { recursive: true });
  const files = readdirSync(work, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files) {
    renameSync(join(work, name), join(out, name));
  }
  return files.map(({ name }) => name);
}

/** Keeps the results; the list of packages comes last, so that a build is there whole or not at all. @param {Build} build @param {Module} module */
function keep(build, { name }) {
  const packages = moveResults(build).filter((file) => file.endsWith(".deb"));
  const list = join(build.out, `${name}_${build.release.versionOf(name).full}.files`);
  writeFileSync(`${list}.new`, `${packages.join("\n")}\n`);
  renameSync(`${list}.new`, list);
}
