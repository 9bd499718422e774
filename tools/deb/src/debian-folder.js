// @ts-check
/** Writes the debian/ folder of one module. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import { controlView, launchers, listFiles, maintainer, rulesView, wrap } from "./package-view.js";

/**
 * @typedef {import('./modules.js').Module} Module
 * @typedef {import('./versions.js').Version} Version
 * @typedef {import('./vendor.js').Vendored} Vendored
 *
 * @typedef {object} Release
 * @property {(name: string) => Version} versionOf by module
 * @property {string} date in the form of RFC 2822
 * @property {string} distribution to which the changelog says it goes
 * @property {string} source where the project is
 */

const here = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} name @param {unknown} view @returns {string} */
export function render(name, view) {
  const text = readFileSync(join(here, "templates", `${name}.hbs`), "utf8");
  const result = Handlebars.compile(text, { noEscape: true })(view);
  return `${result.trim()}\n`.replace(/\n{3,}/g, "\n\n");
}

/**
 * @param {Module} module
 * @param {Release} release
 * @returns {string} debian/changelog
 */
export function changelog(module, { versionOf, date, distribution }) {
  const { full, changes } = versionOf(module.name);
  return render("changelog", {
    name: module.name,
    version: full,
    distribution,
    maintainer,
    date,
    changes: changes.map((change) => ({ lines: wrap(change.replaceAll("`", "")) })),
  });
}

/**
 * @param {readonly Vendored[]} vendored third-party packages that Node loads
 * @param {string} source
 * @returns {string} debian/copyright
 */
export function copyright(vendored, source) {
  const texts = new Map(vendored.map(({ license, text }) => [license, text]));
  return render("copyright", {
    source,
    vendored: vendored.map(({ folder, holder, license }) => ({
      files: `npm/node_modules/${folder}/*`,
      holder,
      license,
    })),
    licenses: [...texts]
      .filter(([license]) => license !== "Apache-2.0")
      .map(([name, text]) => ({ name, lines: text.split("\n").map((line) => line.trim() || ".") })),
  });
}

/**
 * @param {Module} module
 * @param {Release} release
 * @param {readonly Vendored[]} vendored
 * @returns {ReadonlyMap<string, string>} text by path below debian/
 */
export function debianFiles(module, release, vendored) {
  const files = new Map([
    ["control", render("control", controlView(module, release.versionOf))],
    ["rules", render("rules", rulesView(module))],
    ["changelog", changelog(module, release)],
    ["copyright", copyright(vendored, release.source)],
    ["source/format", "3.0 (native)\n"],
    ["source/lintian-overrides", render("source-overrides", module)],
  ]);
  for (const launcher of launchers(module)) {
    files.set(`launcher/${launcher.command}`, render("launcher", launcher));
  }
  for (const [file, lines] of Object.entries(listFiles(module))) {
    files.set(file, `${lines.join("\n")}\n`);
  }
  return files;
}

/**
 * @param {string} folder debian/ of the source tree
 * @param {ReadonlyMap<string, string>} files
 */
export function writeDebian(folder, files) {
  for (const [file, text] of files) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text, {
      mode: /^rules$|^launcher\//.test(file) ? 0o755 : 0o644,
    });
  }
}

/**
 * Copies what only this module has: init script, unit, maintainer scripts, lintian overrides.
 * @param {Module} module
 * @param {string} folder debian/ of the source tree
 */
export function copyOwnFiles(module, folder) {
  const own = join(here, "own", module.name);
  if (!existsSync(own)) {
    return;
  }
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const from = join(entry.parentPath, entry.name);
      const to = join(folder, from.slice(own.length));
      mkdirSync(join(to, ".."), { recursive: true });
      copyFileSync(from, to);
    }
  }
}
