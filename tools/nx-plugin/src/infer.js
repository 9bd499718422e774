// @ts-check
/** From the shape of a package to its targets. */
import { generatesCode } from "./package-shape.js";
import {
  checkTarget,
  fuzzTarget,
  nativeTarget,
  tidyTarget,
  valgrindTarget,
} from "./targets/native.js";
import { group } from "./targets/target.js";
import {
  compileTarget,
  formatTarget,
  fullTestTarget,
  generateTarget,
  lintTarget,
  systemTestTarget,
  unitTarget,
} from "./targets/typescript.js";

/**
 * @typedef {import('./targets/target.js').Target} Target
 * @typedef {import('./package-shape.js').PackageShape} PackageShape
 */

/**
 * @param {PackageShape} shape
 * @param {import('./variant.js').Variant} variant
 * @returns {Record<string, Target>}
 */
export function inferTargets(shape, variant) {
  const generates = generatesCode(shape);
  const compiles = shape.hasTypeScript && !shape.isSystemTest;
  /** @type {[name: string, present: boolean, make: () => Target][]} */
  const parts = [
    ["generate", generates, () => generateTarget(shape)],
    ["native", shape.hasNative, () => nativeTarget(shape, variant)],
    ["compile", compiles, () => compileTarget(shape, generates)],
    ["check", shape.hasNative || shape.hasNativeTests, () => checkTarget(shape, variant)],
    ["valgrind", shape.hasNative, valgrindTarget],
    ["unit", shape.hasUnitTests && !shape.isSystemTest, () => unitTarget(shape, compiles)],
    ["system", shape.isSystemTest, systemTestTarget],
    ["full", shape.hasFullTests, fullTestTarget],
    ["lint", shape.hasTypeScript || shape.hasJavaScript, () => lintTarget(generates)],
    ["fuzz", shape.hasFuzzTargets, () => fuzzTarget(shape)],
    ["tidy", shape.hasNative, () => tidyTarget(shape)],
    ["format", true, formatTarget],
  ];
  const targets = Object.fromEntries(
    parts.filter(([, present]) => present).map(([name, , make]) => [name, make()]),
  );
  return { ...targets, ...groups(targets) };
}

/**
 * @param {Record<string, Target>} targets
 * @returns {Record<string, Target>}
 */
function groups(targets) {
  const present = (/** @type {string[]} */ ...names) => names.filter((name) => name in targets);
  const tests = present("check", "unit", "system");
  return {
    build: group([...present("generate", "native", "compile"), "^build"]),
    ...(tests.length > 0 && { test: group(tests) }),
  };
}
