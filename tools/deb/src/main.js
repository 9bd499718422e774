// @ts-check
/** ./kms deb: see command-line.js. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nx } from "@kms/omni/src/test/nx.js";
import { git, workspaceRoot } from "@kms/omni/src/workspace.js";
import { aptVersions, install, installedVersion, isAtLeast } from "./apt.js";
import { buildModule, builtFiles, sourcePackage } from "./build.js";
import { readCommandLine, usage } from "./command-line.js";
import { Failure } from "./failure.js";
import { modules as allModules, nodeMinimum } from "./modules.js";
import { checkDisk, checkRoot, readMoment } from "./preflight.js";
import { addToRepository, sourcesLine } from "./repository.js";
import { findModule, selectModules } from "./select.js";
import { packageFolder } from "./source-tree.js";
import { openSystem } from "./system.js";
import { readManifest } from "./vendor.js";
import { release, releasePlan, snapshot } from "./versions.js";

/**
 * @typedef {import('./command-line.js').Options} Options
 * @typedef {import('./modules.js').Module} Module
 * @typedef {import('./versions.js').Version} Version
 */

const base = join(workspaceRoot, ".nx/kms/deb");
const say = (/** @type {string} */ text) => console.log(`\n==> ${text}`);

/** @param {Options} options @returns {Promise<import('./debian-folder.js').Release>} */
async function readRelease({ isRelease, isDirtyAllowed, timestamp }) {
  const moment = readMoment(isDirtyAllowed, timestamp);
  const plan = await releasePlan();
  /** @type {Map<string, Version>} */
  const versions = new Map();
  for (const module of allModules) {
    if (module.nodeVersion !== undefined) {
      versions.set(module.name, runtimeVersion(module.nodeVersion));
      continue;
    }
    const manifest = readManifest(packageFolder(module));
    const file = join(packageFolder(module), "CHANGELOG.md");
    const changelog = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    versions.set(
      module.name,
      isRelease ? release(manifest, changelog, plan) : snapshot(manifest, plan, moment),
    );
  }
  return {
    date: moment.date,
    distribution: isRelease ? "stable" : "unstable",
    source: git("remote", "get-url", "origin") ?? "unknown",
    versionOf: (name) => {
      const version = versions.get(name);
      if (version === undefined) {
        throw new Error(`no version of ${name}`);
      }
      return version;
    },
  };
}

/** @param {string} version of Node @returns {Version} */
function runtimeVersion(version) {
  return { base: version, full: version, changes: [`Node ${version}.`] };
}

/**
 * Adds our Node runtime where a module runs in Node and the distribution's is too old.
 * @param {readonly Module[]} selected
 * @param {import('./system.js').System} system
 * @returns {Module[]}
 */
function withRuntime(selected, system) {
  const runtime = findModule("kurento-nodejs");
  const isUsed = selected.some(({ depends }) =>
    depends.some((relation) => relation.includes(runtime.name)),
  );
  const isNew = aptVersions(system, "nodejs").some((version) =>
    isAtLeast(system, version, nodeMinimum),
  );
  const others = selected.filter((module) => module !== runtime);
  const isNamed = others.length < selected.length && selected.length < allModules.length;
  return isNamed || (isUsed && !isNew) ? [runtime, ...others] : others;
}

/** @param {readonly Module[]} modules compiles their TypeScript, from Nx's cache where it is there */
function compile(modules) {
  const projects = modules.filter(({ npm }) => npm !== undefined).map(({ name }) => name);
  if (
    projects.length > 0 &&
    !nx(["run-many", "-t", "generate", "compile", "-p", projects.join(",")])
  ) {
    throw new Failure(
      `the TypeScript of ${projects.join(", ")} does not compile`,
      "The first error above says where",
    );
  }
}

/** @param {import('./system.js').System} system the programs that make packages */
function ensureTools(system) {
  const missing = ["debhelper", "lintian", "apt-utils", "ccache", "dpkg-dev"].filter(
    (name) => installedVersion(system, name) === undefined,
  );
  if (missing.length > 0) {
    say(`installing ${missing.join(" ")}`);
    install(system, missing);
  }
}

/** @param {Options} options */
async function deb(options) {
  const selected = selectModules(options.modules);
  const release = await readRelease(options);
  const work = join(base, "work");
  const out = options.out ?? join(base, "out");
  const cache = join(base, "ccache");
  for (const folder of [work, out, cache]) {
    checkDisk(folder);
  }
  checkRoot(options.root);
  const folders = [work, out, cache, options.repo].filter((folder) => folder !== undefined);
  const system = openSystem(options.root, folders);
  ensureTools(system);
  const modules = withRuntime(selected, system);
  const build = { system, release, work, out, cache, say, compile };
  for (const module of modules) {
    (options.isSourceOnly ? sourcePackage : buildModule)(build, module);
  }
  const files = modules.flatMap((module) => builtFiles(build, module));
  if (options.repo !== undefined) {
    addToRepository(system, options.repo, filesOfRun(out, release, modules));
    say(
      `repository: echo '${sourcesLine(options.repo)}' > /etc/apt/sources.list.d/kms-omni.list && apt-get update`,
    );
  }
  say(`${files.length} packages in ${out}`);
}

/**
 * @param {string} out @param {import('./debian-folder.js').Release} release @param {readonly Module[]} modules
 * @returns {string[]} packages and source packages of these versions, absolute
 */
function filesOfRun(out, { versionOf }, modules) {
  const versions = modules.map(({ name }) => `_${versionOf(name).full}`);
  return readdirSync(out)
    .filter(
      (file) =>
        /\.(deb|dsc|tar\.[gx]z)$/.test(file) && versions.some((version) => file.includes(version)),
    )
    .map((file) => join(out, file));
}

try {
  const options = readCommandLine(
    process.argv.slice(2),
    process.env["KMS_CALLED_FROM"] ?? process.cwd(),
  );
  if (options.isHelp) {
    console.log(usage);
  } else {
    await deb(options);
  }
} catch (error) {
  if (!(error instanceof Failure)) {
    throw error;
  }
  console.error(`\nkms deb: ${error.message}`);
  process.exitCode = 1;
}
