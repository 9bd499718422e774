// @ts-check
/** From a row of the table to what the templates of debian/ print. */
import { devPackage, findModule } from "./select.js";

/**
 * @typedef {import('./modules.js').Module} Module
 * @typedef {import('./versions.js').Version} Version
 *
 * @typedef {object} PackageView
 * @property {string} name
 * @property {string} [section]
 * @property {string} architecture
 * @property {string} [profiles] where it is left out
 * @property {string[]} depends
 * @property {string} summary
 * @property {string[]} description lines
 */

export const maintainer = "kms-omni developers <kms-omni@users.noreply.github.com>";

/** Where Node finds our packages. Below /usr. */
export const npmRoot = "lib/kurento/node_modules";

/**
 * @param {string} text
 * @param {number} [width]
 * @returns {string[]} lines of at most that many characters
 */
export function wrap(text, width = 76) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines;
}

/**
 * @param {(name: string) => Version} versionOf
 * @returns {(name: string, packageName?: string) => string} a relation to a module: this version's snapshots or later
 */
function relation(versionOf) {
  return (name, packageName = name) => `${packageName} (>= ${versionOf(name).base}~)`;
}

/**
 * @param {Module} module
 * @param {(name: string) => Version} versionOf
 * @returns {PackageView[]} its binary packages
 */
function packages(module, versionOf) {
  const { name, summary, description, architecture } = module;
  const needs = relation(versionOf);
  const exactly =
    architecture === "all" ? `${name} (= \${source:Version})` : `${name} (= \${binary:Version})`;
  const shared = { description: wrap(description) };
  const runtime = {
    ...shared,
    name,
    architecture,
    summary,
    depends: [
      ...module.needs.map((need) => needs(need)),
      ...module.depends,
      ...(architecture === "any" ? ["${shlibs:Depends}"] : []),
      "${misc:Depends}",
    ],
  };
  const dev = {
    ...shared,
    name: `${name}-dev`,
    section: "libdevel",
    // Its pkg-config file lies in a folder of the architecture.
    architecture: "any",
    summary: `${summary} - development files`,
    depends: [
      exactly,
      ...devNeeds(module).map((need) => needs(need, devPackage(findModule(need)))),
      ...module.devDepends,
      "${misc:Depends}",
    ],
  };
  const doc = {
    ...shared,
    name: `${name}-doc`,
    section: "doc",
    architecture: "all",
    profiles: "<!nodoc>",
    summary: `${summary} - documentation`,
    depends: ["${misc:Depends}"],
  };
  if (module.nodeVersion !== undefined) {
    return [runtime];
  }
  return [runtime, ...(module.pc === undefined ? [] : [dev]), doc];
}

/** @param {Module} module @returns {string[]} modules whose headers its own include, or that building upon it takes */
function devNeeds({ needs, buildNeeds }) {
  return [...new Set([...buildNeeds, ...needs])].filter(
    (need) => findModule(need).pc !== undefined || need === "kms-cmake-utils",
  );
}

/**
 * @param {Module} module
 * @param {(name: string) => Version} versionOf
 * @returns {Record<string, unknown>} what debian/control prints
 */
export function controlView(module, versionOf) {
  const needs = relation(versionOf);
  return {
    name: module.name,
    section: module.section,
    maintainer,
    buildDepends: [
      "debhelper-compat (= 13)",
      ...(module.cmake === "" ? [] : ["cmake (>= 3.25)", "ninja-build"]),
      ...(module.cmake === "native" ? ["libgmock-dev", "libgtest-dev", "pkg-config"] : []),
      ...module.buildNeeds.map((need) => needs(need, devPackage(findModule(need)))),
      ...module.buildDepends,
    ],
    packages: packages(module, versionOf),
  };
}

/**
 * @param {Module} module
 * @returns {Record<string, unknown>} what debian/rules prints
 */
export function rulesView(module) {
  const { cmake, headers, npm, nodeVersion } = module;
  return {
    cmake,
    headers,
    isPrebuilt: nodeVersion !== undefined,
    native: cmake === "native",
    filesFolder: `${npmRoot}/${npm}/build/RelWithDebInfo`,
  };
}

/**
 * @param {Module} module
 * @returns {Record<string, string[]>} lines by file of debian/, as debhelper reads them
 */
export function listFiles(module) {
  const { name, npm, pc, hasLibrary, programs = {} } = module;
  if (module.nodeVersion !== undefined) {
    return { [`${name}.install`]: ["bin/node usr/lib/kurento/node/bin"] };
  }
  const home = `usr/${npmRoot}/${npm}`;
  const runtime = [
    ...(npm === undefined ? ["usr/share/kms-cmake-utils"] : [`npm/* ${home}`]),
    ...(module.hasFiles ? [`${home}/build`] : []),
    ...(hasLibrary ? ["usr/lib/*/lib*.so.*"] : []),
    ...(existsInSources(module, "config") ? ["config/* etc/kurento"] : []),
    ...launchers(module).map(({ command }) => `debian/launcher/${command} usr/bin`),
  ];
  const dev = [
    "usr/include",
    "usr/lib/*/cmake",
    "usr/lib/*/pkgconfig",
    ...(hasLibrary ? ["usr/lib/*/lib*.so"] : []),
    ...(existsInSources(module, "kmd") ? ["kmd/* usr/share/kurento/modules"] : []),
  ];
  const links = Object.entries(programs)
    .filter(([, file]) => !file.endsWith(".js"))
    .map(([command, file]) => `${home}/${file} usr/bin/${command}`);
  return {
    [`${name}.install`]: runtime,
    ...(pc === undefined ? {} : { [`${name}-dev.install`]: dev }),
    ...(links.length === 0 ? {} : { [`${name}.links`]: links }),
    [`${name}-doc.docs`]: ["README.md"],
  };
}

/** @param {Module} module @returns {{command: string, home: string, file: string}[]} commands that run in Node */
export function launchers({ npm, programs = {} }) {
  return Object.entries(programs)
    .filter(([, file]) => file.endsWith(".js"))
    .map(([command, file]) => ({ command, home: `${npmRoot}/${npm}`, file }));
}

/** @param {Module} module @param {string} folder @returns {boolean} */
function existsInSources({ sources }, folder) {
  return sources.includes(folder);
}
