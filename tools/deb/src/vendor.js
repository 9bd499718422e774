// @ts-check
/** Third-party npm packages that ours load at run time: they go into our packages, below the one that needs them. */
import { cpSync, existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/**
 * @typedef {object} Vendored
 * @property {string} folder below node_modules
 * @property {string} license name
 * @property {string} holder of the copyright
 * @property {string} text of the license
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {string | {name: string}} [author]
 * @property {Record<string, string>} [dependencies]
 */

/** @param {string} folder @returns {Manifest} */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/**
 * @param {string} name of an npm package
 * @param {string} folder of the package that depends on it
 * @returns {string} the real folder of the installed package, found as Node finds it
 */
export function installedFolder(name, folder) {
  for (let at = realpathSync(folder); at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(candidate)) {
      return realpathSync(candidate);
    }
  }
  throw new Error(`${name}, needed by ${folder}, is not installed: pnpm install`);
}

/**
 * Copies the third-party packages that a package depends on, over any number of steps.
 * @param {string} packageFolder of the workspace's package
 * @param {string} target node_modules folder
 * @returns {Vendored[]}
 */
export function vendorDependencies(packageFolder, target) {
  /** @type {Map<string, string>} version by folder below target */
  const placed = new Map();
  /** @type {Vendored[]} */
  const result = [];
  const place = (/** @type {string} */ from, /** @type {string} */ below) => {
    const names = Object.keys(readManifest(from).dependencies ?? {});
    for (const name of names.filter((candidate) => !candidate.startsWith("@kms/"))) {
      const folder = installedFolder(name, from);
      const manifest = readManifest(folder);
      const isOther = placed.has(name) && placed.get(name) !== manifest.version;
      // Two versions of one: the later stays with the one that needs it.
      const path = isOther ? `${below}/node_modules/${name}` : name;
      if (placed.get(path) === manifest.version) {
        continue;
      }
      placed.set(path, manifest.version);
      copyPackage(folder, join(target, path));
      result.push(describe(path, folder, manifest));
      place(folder, path);
    }
  };
  place(packageFolder, "");
  return result.sort((a, b) => a.folder.localeCompare(b.folder));
}

/** What only the package's own developers need, and what is for browsers. */
const needless =
  /(^|\/)(tests?|docs|bin|amd|benchmarks?|\.[^/]*|.*\.min\.js|.*\.map|.*\.md|.*\.ts|tsconfig[^/]*\.json)$/i;

/** @param {string} from @param {string} to */
function copyPackage(from, to) {
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (file) => {
      const path = file.slice(from.length).replaceAll(sep, "/");
      return path === "" || !(needless.test(path) || path.includes("/node_modules"));
    },
  });
}

/** @param {string} path @param {string} folder @param {Manifest} manifest @returns {Vendored} */
function describe(path, folder, { license = "unknown", author }) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text =
    file === undefined
      ? `${license}, as its package.json says.`
      : readFileSync(join(folder, file), "utf8").trim();
  const [, stated] = /^\s*(?:copyright|\(c\))[^\d]*([\d, -]+ .*)$/im.exec(text) ?? [];
  const name = typeof author === "string" ? author : author?.name;
  return { folder: path, license, holder: (stated ?? name ?? "its authors").trim(), text };
}
