// @ts-check
import { generatesCode } from "../package-shape.js";
import { generator, runScript } from "./target.js";

/**
 * `native`: what the package ships (libraries, programs, modules, plugins, the addon), without its tests.
 * Only those files are cached: object files stay with Ninja and ccache, else every cache hit would copy them.
 * @param {import('./target.js').PackageShape} shape
 * @param {import('./target.js').Variant} variant
 * @returns {import('./target.js').Target}
 */
export function nativeTarget(shape, variant) {
  const build = `{projectRoot}/build/${variant.folder}`;
  return runScript("native.js native", {
    dependsOn: [...(generatesCode(shape) ? ["generate"] : []), "^native"],
    inputs: ["native", "^native", generator, "toolchain", "shared"],
    outputs: [
      `${build}/*.so`,
      `${build}/*.so.*`,
      `${build}/*.node`,
      `${build}/bin`,
      `${build}/gstreamer-1.0`,
      `${build}/cmake`,
    ],
  });
}

/**
 * `check`: builds the native tests and runs them with CTest; no test at all is a failure.
 * @param {import('./target.js').PackageShape} shape
 * @param {import('./target.js').Variant} variant
 * @returns {import('./target.js').Target}
 */
export function checkTarget(shape, variant) {
  return runScript(`check.js ${shape.hasNative ? "native" : "test"}`, {
    dependsOn: shape.hasNative ? ["native"] : ["^native"],
    inputs: ["default", "^native", generator, "toolchain", "shared"],
    outputs: [`{projectRoot}/test-results/native-${variant.folder}`],
  });
}

/**
 * `valgrind`: the native tests under Valgrind's memcheck. Never from the cache: who asks wants to see it.
 * @returns {import('./target.js').Target}
 */
export function valgrindTarget() {
  return runScript("valgrind.js", { dependsOn: ["native"], cache: false });
}

/**
 * `fuzz`: the package's fuzz targets with libFuzzer. Never from the cache: each run looks for something new.
 * @param {import('./target.js').PackageShape} shape
 * @returns {import('./target.js').Target}
 */
export function fuzzTarget(shape) {
  return runScript("fuzz.js", {
    dependsOn: [...(generatesCode(shape) ? ["generate"] : []), "^native"],
    cache: false,
  });
}

/**
 * `tidy`: clang-tidy over the package's native sources. Minutes of work, so it is no part of `test` or `lint`.
 * @param {import('./target.js').PackageShape} shape
 * @returns {import('./target.js').Target}
 */
export function tidyTarget(shape) {
  return runScript("tidy.js", {
    dependsOn: [...(generatesCode(shape) ? ["generate"] : []), "native"],
    inputs: ["default", "^native", generator, "toolchain", "shared", "{workspaceRoot}/.clang-tidy"],
    outputs: [],
  });
}
