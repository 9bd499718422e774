// @ts-check
/**
 * Which native build is asked for, from the environment: `KMS_BUILD_TYPE` (CMake's build type), `KMS_COMPILER` (gcc or
 * clang), `KMS_SANITIZE` (the compiler's -fsanitize list) and `KMS_COVERAGE` (1 to count which lines run). Every variant has
 * its own build folder, so switching does not rebuild.
 */

/**
 * @typedef {object} Variant
 * @property {string} buildType CMAKE_BUILD_TYPE
 * @property {string} compiler gcc or clang
 * @property {string} sanitize value of -fsanitize, empty for none
 * @property {boolean} coverage whether lines are counted
 * @property {string} folder name of the build folder below the package's build/
 */

const buildTypes = new Map(
  ["Debug", "Release", "RelWithDebInfo", "MinSizeRel"].map((type) => [type, type]),
);
/** What each adds to the folder's name. */
const compilers = new Map([
  ["gcc", ""],
  ["clang", "-clang"],
]);
const sanitizers = new Map([
  ["", ""],
  ["address", "-address"],
  ["undefined", "-undefined"],
  ["address,undefined", "-asan"],
  ["thread", "-tsan"],
]);

const coverages = new Map([
  ["", ""],
  ["1", "-coverage"],
]);

/**
 * @param {string} variable
 * @param {string} value
 * @param {ReadonlyMap<string, string>} known
 * @returns {string} what the value adds to the folder's name
 */
function suffix(variable, value, known) {
  const found = known.get(value);
  if (found === undefined) {
    const names = [...known.keys()].filter((name) => name !== "").join(", ");
    throw new Error(`${variable}: "${value}" is none of ${names}`);
  }
  return found;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Variant}
 * @throws {Error} naming the variable whose value is not known
 */
export function readVariant(env) {
  const buildType = env["KMS_BUILD_TYPE"] || "RelWithDebInfo";
  const compiler = env["KMS_COMPILER"] || "gcc";
  const sanitize = env["KMS_SANITIZE"] ?? "";
  const folder =
    suffix("KMS_BUILD_TYPE", buildType, buildTypes) +
    suffix("KMS_COMPILER", compiler, compilers) +
    suffix("KMS_SANITIZE", sanitize, sanitizers) +
    suffix("KMS_COVERAGE", env["KMS_COVERAGE"] ?? "", coverages);
  return { buildType, compiler, sanitize, coverage: Boolean(env["KMS_COVERAGE"]), folder };
}
