// @ts-check
/**
 * Who may import whom, beside the package's own files: one line a package, one way only. The table is narrower than
 * package.json where a dependency is there for something else than an import: elements and filters are loaded by the server
 * through their manifests, and the client reads only the KMDs of the modules.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const directions = {
  "cmake-utils": [],
  jsonrpc: [],
  "module-creator": [],
  core: ["@kms/jsonrpc"],
  elements: ["@kms/core", "@kms/core/*"],
  filters: ["@kms/elements/core", "@kms/elements/testing"],
  server: ["@kms/core", "@kms/core/*", "@kms/client"],
  client: ["@kms/jsonrpc"],
  e2e: ["@kms/server", "@kms/server/testing/fuzz", "@kms/client"],
};

/** Modules beside those above (extras, and what kurento-module-scaffold makes): core alone, as third parties have it. */
const ofModules = ["@kms/core", "@kms/core/*"];

/**
 * @param {string} packageName folder below packages/
 * @returns {readonly string[]} what it may import
 */
export function allowedImports(packageName) {
  return directions[packageName] ?? ofModules;
}

/**
 * @param {string} packageName folder below packages/
 * @param {string} specifier
 * @returns {boolean}
 */
export function mayImport(packageName, specifier) {
  const matches = (/** @type {string} */ pattern) =>
    pattern.endsWith("/*") ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern;
  return allowedImports(packageName).some(matches);
}
