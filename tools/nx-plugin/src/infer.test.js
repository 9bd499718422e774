// @ts-check
import { describe, expect, it } from "vitest";
import { inferTargets } from "./infer.js";
import { readVariant } from "./variant.js";

/** @type {import('./package-shape.js').PackageShape} */
const empty = {
  root: "packages/thing",
  packageJson: { name: "@kms/thing" },
  hasKmd: false,
  hasNative: false,
  hasNativeTests: false,
  hasFuzzTargets: false,
  hasTypeScript: false,
  hasJavaScript: false,
  hasUnitTests: false,
  hasFullTests: false,
  isSystemTest: false,
};
const variant = readVariant({});

/** @param {Partial<import('./package-shape.js').PackageShape>} shape */
const infer = (shape) => inferTargets({ ...empty, ...shape }, variant);

describe("inferTargets", () => {
  it("gives a package without code only a build that stands for its dependencies, and the format check", () => {
    const targets = infer({});
    expect(Object.keys(targets)).toEqual(["format", "build"]);
    expect(targets["build"]).toMatchObject({ executor: "nx:noop", dependsOn: ["^build"] });
  });

  it("generates before it compiles where there are KMDs, and compiles the module creator first", () => {
    const targets = infer({ hasKmd: true, hasTypeScript: true });
    expect(targets["generate"]).toMatchObject({ dependsOn: ["kurento-module-creator:compile"] });
    expect(targets["compile"]).toMatchObject({ dependsOn: ["generate", "^compile"] });
  });

  it("generates for a client without KMDs of its own", () => {
    const packageJson = { name: "@kms/client", kms: { clientOf: ["core"] } };
    expect(infer({ packageJson })).toHaveProperty("generate");
    const { native } = infer({ packageJson, hasNative: true });
    expect(native).toMatchObject({ dependsOn: ["generate", "^native"] });
  });

  it("builds native code after that of the dependencies and caches what ships, not object files", () => {
    const { native } = infer({ hasNative: true });
    expect(native).toMatchObject({ cache: true, dependsOn: ["^native"] });
    expect(native?.["outputs"]).toContain("{projectRoot}/build/RelWithDebInfo/*.so");
    expect(native?.["outputs"]).not.toContain("{projectRoot}/build/RelWithDebInfo");
  });

  it("makes compiler, libraries and environment part of the key of native results", () => {
    const { native, check } = infer({ hasNative: true });
    expect(native?.["inputs"]).toEqual(expect.arrayContaining(["native", "^native", "toolchain"]));
    expect(check?.["inputs"]).toEqual(expect.arrayContaining(["default", "^native", "toolchain"]));
  });

  it("tests with what is there: CTest for native code, vitest for TypeScript", () => {
    expect(infer({ hasNative: true })["test"]).toMatchObject({ dependsOn: ["check"] });
    expect(infer({ hasUnitTests: true })["test"]).toMatchObject({ dependsOn: ["unit"] });
    const both = infer({ hasNative: true, hasUnitTests: true });
    expect(both["test"]).toMatchObject({ dependsOn: ["check", "unit"] });
  });

  it("builds a package's native code before its unit tests, which may load it", () => {
    const { unit } = infer({ hasNative: true, hasUnitTests: true });
    expect(unit?.["dependsOn"]).toContain("native");
    expect(unit?.["inputs"]).toEqual(expect.arrayContaining(["^native", "toolchain"]));
    expect(infer({ hasUnitTests: true })["unit"]?.["dependsOn"]).not.toContain("native");
  });

  it("fuzzes each time anew where there are fuzz targets", () => {
    const { fuzz } = infer({ hasNative: true, hasFuzzTargets: true });
    expect(fuzz).toMatchObject({ cache: false, dependsOn: ["^native"] });
    expect(infer({ hasNative: true })).not.toHaveProperty("fuzz");
  });

  it("runs system tests after the build of the server and compiles nothing of their own", () => {
    const targets = infer({ isSystemTest: true, hasTypeScript: true, hasUnitTests: true });
    expect(targets["system"]).toMatchObject({ dependsOn: ["^build"] });
    expect(targets["test"]).toMatchObject({ dependsOn: ["system"] });
    expect(targets).not.toHaveProperty("compile");
    expect(targets).not.toHaveProperty("unit");
  });

  it("prefers the package's own compile script", () => {
    const packageJson = { name: "@kms/thing", scripts: { compile: "make" } };
    expect(infer({ hasTypeScript: true, packageJson })["compile"]).toMatchObject({
      executor: "nx:run-script",
      options: { script: "compile" },
      outputs: ["{projectRoot}/dist"],
    });
  });

  it("keeps the results of each build variant apart", () => {
    const asan = readVariant({ KMS_SANITIZE: "address,undefined", KMS_BUILD_TYPE: "Debug" });
    const { native, check } = inferTargets({ ...empty, hasNative: true }, asan);
    expect(native?.["outputs"]).toContain("{projectRoot}/build/Debug-asan/*.so");
    expect(check?.["outputs"]).toEqual(["{projectRoot}/test-results/native-Debug-asan"]);
  });
});

describe("readVariant", () => {
  it.each([
    [{}, "RelWithDebInfo"],
    [{ KMS_BUILD_TYPE: "Debug" }, "Debug"],
    [{ KMS_COMPILER: "clang", KMS_SANITIZE: "thread" }, "RelWithDebInfo-clang-tsan"],
    [{ KMS_SANITIZE: "address" }, "RelWithDebInfo-address"],
    [{ KMS_BUILD_TYPE: "Debug", KMS_COVERAGE: "1" }, "Debug-coverage"],
    [{ KMS_SANITIZE: "address,undefined" }, "RelWithDebInfo-asan"],
  ])("gives %j the folder %s", (env, folder) => {
    expect(readVariant(env).folder).toBe(folder);
  });

  it("names the variable whose value is unknown", () => {
    expect(() => readVariant({ KMS_BUILD_TYPE: "Fast" })).toThrow('KMS_BUILD_TYPE: "Fast"');
    expect(() => readVariant({ KMS_COMPILER: "icc" })).toThrow('KMS_COMPILER: "icc"');
    expect(() => readVariant({ KMS_SANITIZE: "memory" })).toThrow('KMS_SANITIZE: "memory"');
  });
});
