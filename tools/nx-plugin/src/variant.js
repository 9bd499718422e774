// @ts-check
/**
 * Which native build is asked for, from the environment: `KMS_BUILD_TYPE` (CMake's build type) and `KMS_SANITIZE`
 * (GCC's -fsanitize list). Every variant has its own build folder, so switching does not rebuild.
 */

/**
 * @typedef {object} Variant
 * @property {string} buildType CMAKE_BUILD_TYPE
 * @property {string} sanitize value of -fsanitize, empty for none
 * @property {string} folder name of the build folder below the package's build/
 */

const buildTypes = new Set(["Debug", "Release", "RelWithDebInfo", "MinSizeRel"]);
const sanitizers = new Map([
  ["", ""],
  ["address,undefined", "-asan"],
  ["thread", "-tsan"],
]);

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Variant}
 * @throws {Error} naming the variable whose value is not known
 */
export function readVariant(env) {
  const buildType = env["KMS_BUILD_TYPE"] || "RelWithDebInfo";
  if (!buildTypes.has(buildType)) {
    throw new Error(`KMS_BUILD_TYPE: "${buildType}" is none of ${[...buildTypes].join(", ")}`);
  }
  const sanitize = env["KMS_SANITIZE"] ?? "";
  const suffix = sanitizers.get(sanitize);
  if (suffix === undefined) {
    const known = [...sanitizers.keys()].filter((key) => key !== "");
    throw new Error(`KMS_SANITIZE: "${sanitize}" is none of ${known.join(" or ")}`);
  }
  return { buildType, sanitize, folder: buildType + suffix };
}
