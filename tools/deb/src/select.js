// @ts-check
/** Which modules to build, and in which order. */
import { Failure } from "./failure.js";
import { modules } from "./modules.js";

/** @typedef {import('./modules.js').Module} Module */

/**
 * @param {string} name as people write it: kms-core, or core
 * @returns {Module}
 */
export function findModule(name) {
  const found = modules.find((module) => [module.name, shortName(module)].includes(name));
  if (found === undefined) {
    const known = modules.map((module) => module.name).join(", ");
    throw new Failure(`no module is called "${name}"`, `There are ${known}`);
  }
  return found;
}

/** @param {Module} module @returns {string} its folder's name */
function shortName({ folder }) {
  return folder.slice(folder.lastIndexOf("/") + 1);
}

/**
 * @param {Module} module
 * @returns {Module[]} all that must be installed before it can be built: what it is built upon, and what that runs upon, in order
 */
export function buildNeeds(module) {
  /** @type {Set<string>} */
  const seen = new Set();
  const visit = (/** @type {readonly string[]} */ names) => {
    for (const name of names.filter((candidate) => !seen.has(candidate))) {
      const { needs, buildNeeds: more } = findModule(name);
      seen.add(name);
      // A -dev package names those of what its own library is built upon.
      visit([...needs, ...more]);
    }
  };
  visit(module.buildNeeds);
  return modules.filter(({ name }) => seen.has(name));
}

/**
 * @param {readonly string[]} names none means all
 * @returns {Module[]} in the order of the table, which is that of their needs
 */
export function selectModules(names) {
  const wanted = new Set(names.map((name) => findModule(name).name));
  return modules.filter(({ name }) => wanted.size === 0 || wanted.has(name));
}

/** @param {Module} module @returns {string} the package that others are built upon */
export function devPackage({ name, pc }) {
  return pc === undefined ? name : `${name}-dev`;
}
