// @ts-check
/**
 * The tree that a source package is made of. TypeScript is compiled when it is made, as a release archive of other projects holds
 * its configure script, so that the package builds without npm and without a network (nothing of npm is asked then).
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceRoot } from "@kms/omni/src/workspace.js";
import { copyOwnFiles, debianFiles, writeDebian } from "./debian-folder.js";
import { fetchNode } from "./node-runtime.js";
import { installedFolder, readManifest, vendorDependencies } from "./vendor.js";

/**
 * @typedef {import('./modules.js').Module} Module
 * @typedef {import('./debian-folder.js').Release} Release
 * @typedef {import('./vendor.js').Vendored} Vendored
 */

/** What lies beside sources and is none: other builds, and what editors leave. */
const outputs = /(^|\/)(node_modules|build|test-results|coverage|\.[^/]+|.*~)$/;
/** Of compiled TypeScript, what only helps to debug it. */
const maps = /\.map$/;

/**
 * @param {string} from
 * @param {string} to
 * @param {RegExp} left what is left out
 */
function copy(from, to, left) {
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (file) => !left.test(file.slice(from.length)),
  });
}

/**
 * @param {Module} module
 * @returns {string} absolute folder in the workspace
 */
export function packageFolder({ folder }) {
  return join(workspaceRoot, folder);
}

/**
 * The package.json that is installed: without what only the workspace needs, and with versions where it has "workspace:*".
 * @param {Module} module
 * @returns {string}
 */
export function installedManifest(module) {
  const manifest = JSON.parse(readFileSync(join(packageFolder(module), "package.json"), "utf8"));
  const { devDependencies: _dev, scripts: _scripts, nx: _nx, files: _files, ...rest } = manifest;
  const dependencies = Object.entries(manifest.dependencies ?? {}).map(([name, range]) => [
    name,
    String(range).startsWith("workspace:")
      ? `^${readManifest(installedFolder(name, packageFolder(module))).version}`
      : range,
  ]);
  return `${JSON.stringify({ ...rest, dependencies: Object.fromEntries(dependencies) }, undefined, 2)}\n`;
}

/**
 * @param {Module} module
 * @param {string} tree
 * @returns {Vendored[]} third-party packages in it
 */
function writeNpmPart(module, tree) {
  const npm = join(tree, "npm");
  mkdirSync(npm);
  writeFileSync(join(npm, "package.json"), installedManifest(module));
  for (const part of ["dist", "kmd", "page", "templates"]) {
    const from = join(packageFolder(module), part);
    if (existsSync(from)) {
      copy(from, join(npm, part), maps);
    }
  }
  return vendorDependencies(packageFolder(module), join(npm, "node_modules"));
}

/**
 * Writes the source tree anew.
 * @param {Module} module
 * @param {string} tree folder; it is emptied
 * @param {Release} release
 */
export function writeSourceTree(module, tree, release) {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  const vendored = module.nodeVersion === undefined ? copyModule(module, tree) : [];
  writeDebian(join(tree, "debian"), debianFiles(module, release, vendored));
  copyOwnFiles(module, join(tree, "debian"));
  if (module.nodeVersion !== undefined) {
    fetchNode(tree, module.nodeVersion);
  }
}

/** @param {Module} module @param {string} tree @returns {Vendored[]} third-party packages in it */
function copyModule(module, tree) {
  const folder = packageFolder(module);
  for (const source of module.sources) {
    copy(join(folder, source), join(tree, source), outputs);
  }
  copy(join(folder, "package.json"), join(tree, "package.json"), outputs);
  for (const header of module.headers ?? []) {
    copy(installedFolder(header, folder), join(tree, "headers", header), outputs);
  }
  return module.npm === undefined ? [] : writeNpmPart(module, tree);
}
