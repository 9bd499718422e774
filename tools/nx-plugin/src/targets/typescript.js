// @ts-check
import { generator, runScript } from "./target.js";

/**
 * `generate`: the module creator over the package's KMDs, or over those of the packages it is the client of.
 * @param {import('./target.js').PackageShape} shape
 * @returns {import('./target.js').Target}
 */
export function generateTarget(shape) {
  const output = shape.packageJson.kms?.generated ?? "src/generated";
  return runScript("generate.js", {
    dependsOn: ["kurento-module-creator:compile"],
    inputs: ["kmd", "^kmd", generator, "shared"],
    outputs: [`{projectRoot}/${output}`, "{projectRoot}/native/generated"],
  });
}

/**
 * `compile`: the package's own script of that name, else the TypeScript compiler.
 * @param {import('./target.js').PackageShape} shape
 * @param {boolean} generates whether the package has generated sources
 * @returns {import('./target.js').Target}
 */
export function compileTarget(shape, generates) {
  const settings = {
    dependsOn: [...(generates ? ["generate"] : []), "^compile"],
    inputs: ["ts", "^ts", "kmd", "^kmd", generator, "shared"],
    outputs: ["{projectRoot}/dist"],
  };
  if (shape.packageJson.scripts?.["compile"] === undefined) {
    return runScript("compile.js", settings);
  }
  return { executor: "nx:run-script", cache: true, ...settings, options: { script: "compile" } };
}

/** What vitest leaves: see bin/unit.js. */
const unitResults = ["json", "junit.xml", "log"].map(
  (ending) => `{projectRoot}/test-results/unit.${ending}`,
);

/**
 * `unit`: the package's vitest suite; no test at all is a failure. Tests may load the package's own native code.
 * @param {import('./target.js').PackageShape} shape
 * @param {boolean} compiles whether the package has a compile target
 * @returns {import('./target.js').Target}
 */
export function unitTarget(shape, compiles) {
  return runScript("unit.js", {
    dependsOn: [
      ...(shape.hasNative ? ["native"] : []),
      ...(compiles ? ["compile"] : []),
      "^compile",
    ],
    inputs: [
      "default",
      "^ts",
      "^kmd",
      ...(shape.hasNative ? ["^native", "toolchain"] : []),
      generator,
      "shared",
    ],
    outputs: unitResults,
  });
}

/**
 * `system`: the tests of the whole system. They run the built server, browsers and media.
 * @returns {import('./target.js').Target}
 */
export function systemTestTarget() {
  return runScript("unit.js", {
    dependsOn: ["^build"],
    inputs: ["default", "^native", "^ts", "^kmd", generator, "toolchain", "shared"],
    outputs: unitResults,
  });
}

/**
 * `full`: the package's long tests (`*.full.test.ts`). Never from the cache: they look for what happens once in a while.
 * @returns {import('./target.js').Target}
 */
export function fullTestTarget() {
  return runScript("unit.js --full", { dependsOn: ["build"], cache: false });
}

/**
 * `lint`: ESLint with the import directions, then the type checker over sources and tests.
 * @param {boolean} generates whether the package has generated sources
 * @returns {import('./target.js').Target}
 */
export function lintTarget(generates) {
  return runScript("lint.js", {
    dependsOn: [...(generates ? ["generate"] : []), "^compile"],
    inputs: [
      "default",
      "^ts",
      "^kmd",
      generator,
      "shared",
      "{workspaceRoot}/eslint.config.js",
      "{workspaceRoot}/tools/eslint/src/**/*",
    ],
    outputs: [],
  });
}

/**
 * `format`: prettier and clang-format agree with every file of the package.
 * @returns {import('./target.js').Target}
 */
export function formatTarget() {
  return runScript("format.js", {
    inputs: [
      "default",
      "{workspaceRoot}/.clang-format",
      "{workspaceRoot}/.prettierrc.json",
      "{workspaceRoot}/.prettierignore",
    ],
    outputs: [],
  });
}
