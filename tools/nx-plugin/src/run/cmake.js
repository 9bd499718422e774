// @ts-check
/** Configuring and building the native folder of a package. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readVariant } from "../variant.js";
import { llvmTool } from "./tools.js";
import { runAll } from "./process.js";

/**
 * @typedef {object} NativeBuild
 * @property {string} folder absolute folder of the package
 * @property {string} source folder of CMakeLists.txt
 * @property {string} build build folder of the chosen variant
 * @property {import('../variant.js').Variant} variant
 */

/** Two cores are the least we build on, and more jobs than that need more than 1 GiB of memory each. */
const jobs = process.env["KMS_BUILD_JOBS"] ?? "2";

/**
 * @param {string} folder absolute folder of the package
 * @param {string} source name of the folder with CMakeLists.txt, below it
 * @returns {NativeBuild}
 */
export function nativeBuild(folder, source) {
  const variant = readVariant(process.env);
  return {
    folder,
    source: join(folder, source),
    build: join(folder, "build", variant.folder),
    variant,
  };
}

/** @returns {Record<string, string>} CMake cache entries that choose clang, the version we check with where it is there */
function clangEntries() {
  const clang = llvmTool("clang") ?? "clang";
  return { CMAKE_C_COMPILER: clang, CMAKE_CXX_COMPILER: clang.replace("clang", "clang++") };
}

/**
 * @param {NativeBuild} native
 * @returns {Record<string, string>} CMake cache entries
 */
function cacheEntries({ variant }) {
  return {
    ...(variant.compiler === "clang" && clangEntries()),
    CMAKE_BUILD_TYPE: variant.buildType,
    KMS_SANITIZE: variant.sanitize,
    KMS_COVERAGE: variant.coverage ? "ON" : "OFF",
    KMS_VARIANT: variant.folder,
  };
}

/**
 * Configures; a Node addon (a package.json with binary.napi_versions) goes through cmake-js, which knows Node's headers.
 * @param {NativeBuild} native
 */
export async function configure(native) {
  const require = createRequire(join(native.folder, "package.json"));
  const manifest = JSON.parse(readFileSync(join(native.folder, "package.json"), "utf8"));
  if (manifest.binary?.napi_versions === undefined) {
    const entries = Object.entries(cacheEntries(native)).map(([key, value]) => `-D${key}=${value}`);
    runAll([["cmake", "-S", native.source, "-B", native.build, "-G", "Ninja", ...entries]]);
    return;
  }
  const { CMake } = require(String("cmake-js")); // of that package; this one has no such dependency
  const cmake = new CMake({
    directory: native.source,
    out: native.build,
    config: native.variant.buildType,
    generator: "Ninja",
    isNodeApi: true,
    cMakeOptions: {
      ...cacheEntries(native),
      CMAKE_LIBRARY_OUTPUT_DIRECTORY: native.build,
    },
    // Last on the command line: cmake-js gives CMAKE_CXX_FLAGS of its own, which would hide the environment's.
    extraCMakeArgs: [`-DCMAKE_CXX_FLAGS=${process.env["CXXFLAGS"] ?? ""}`],
  });
  try {
    await cmake.configure();
  } catch {
    process.exit(1); // CMake has said why
  }
}

/**
 * @param {NativeBuild} native
 * @param {string} [target] everything, tests included, where absent
 */
export function build(native, target) {
  const chosen = target === undefined ? [] : ["--target", target];
  const verbose = process.env["KMS_VERBOSE"] ? ["--verbose"] : [];
  runAll([["cmake", "--build", native.build, "--parallel", jobs, ...verbose, ...chosen]]);
}
