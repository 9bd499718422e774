// @ts-check
/** What a package contains, read from its folder: all that target inference looks at. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} KmsOptions the "kms" field of a package.json, as far as the build reads it
 * @property {string[]} [clientOf] modules (folder or npm names) whose KMDs the typed client is generated from
 * @property {string} [runtime] what generated server code imports core's API from, "@kms/core" where absent
 * @property {string} [generated] output folder of the generator, "src/generated" where absent
 *
 * @typedef {object} PackageJson
 * @property {string} [name]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {KmsOptions} [kms]
 * @property {{name?: string}} [nx]
 *
 * @typedef {object} PackageShape
 * @property {string} root folder relative to the workspace root
 * @property {PackageJson} packageJson
 * @property {boolean} hasKmd
 * @property {boolean} hasNative
 * @property {boolean} hasNativeTests CMake project whose only purpose is its tests (test/CMakeLists.txt)
 * @property {boolean} hasFuzzTargets native/fuzz, run by libFuzzer
 * @property {boolean} hasTypeScript
 * @property {boolean} hasJavaScript plain JavaScript sources, run without a build
 * @property {boolean} hasUnitTests
 * @property {boolean} hasFullTests long tests, which only `./kms test --full` runs
 * @property {boolean} isSystemTest the tests of the whole system: they need the built server
 */

const unitTestName = /\.test\.(ts|js|mjs)$/;
const fullTestName = /\.full\.test\.ts$/;
const skipped = new Set(["node_modules", "dist", "build", "generated", "test-results"]);

/**
 * @param {string} folder absolute
 * @param {(name: string) => boolean} wanted
 * @returns {boolean} whether a file with such a name lies in the folder or below it
 */
function containsFile(folder, wanted) {
  if (!existsSync(folder)) {
    return false;
  }
  return readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory()
      ? !skipped.has(entry.name) && containsFile(join(folder, entry.name), wanted)
      : wanted(entry.name),
  );
}

/**
 * @param {string} workspaceRoot absolute
 * @param {string} root the package's folder, relative to it
 * @returns {PackageShape}
 */
export function readPackageShape(workspaceRoot, root) {
  const folder = join(workspaceRoot, root);
  /** @type {PackageJson} */
  const packageJson = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return {
    root,
    packageJson,
    hasKmd: existsSync(join(folder, "kmd")),
    hasNative: existsSync(join(folder, "native", "CMakeLists.txt")),
    hasNativeTests: existsSync(join(folder, "test", "CMakeLists.txt")),
    hasFuzzTargets: existsSync(join(folder, "native", "fuzz", "CMakeLists.txt")),
    hasTypeScript: containsFile(join(folder, "src"), (name) => name.endsWith(".ts")),
    hasJavaScript: containsFile(join(folder, "src"), (name) => /\.m?js$/.test(name)),
    hasUnitTests: containsFile(folder, (name) => unitTestName.test(name)),
    hasFullTests: containsFile(folder, (name) => fullTestName.test(name)),
    isSystemTest: packageJson.name === "@kms/e2e",
  };
}

/**
 * @param {PackageShape} shape
 * @returns {boolean} whether the module creator makes sources for the package
 */
export function generatesCode({ hasKmd, packageJson }) {
  return hasKmd || packageJson.kms?.clientOf !== undefined;
}
