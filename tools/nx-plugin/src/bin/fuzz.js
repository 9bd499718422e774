// @ts-check
/**
 * `nx fuzz <package>`: builds the package's fuzz targets with clang's libFuzzer and runs each for KMS_FUZZ_SECONDS (600 where
 * not set), two at a time. Results go to test-results/native-fuzz; what was found new lies in build/fuzz/fuzz-corpus, an
 * input that fails beside it.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nativeResults } from "../results/native-results.js";
import { packageFolder, run, runAll } from "../run/process.js";
import { readVariant } from "../variant.js";

const folder = packageFolder();
const build = join(folder, "build", "fuzz");
const results = join(folder, "test-results", "native-fuzz");
const variant = readVariant({});
const entries = {
  CMAKE_BUILD_TYPE: variant.buildType,
  CMAKE_C_COMPILER: "clang-19",
  CMAKE_CXX_COMPILER: "clang++-19",
  KMS_VARIANT: variant.folder, // of the packages that this one is built on
  KMS_FUZZ: "ON",
  KMS_FUZZ_SECONDS: process.env["KMS_FUZZ_SECONDS"] ?? "600",
};
const options = Object.entries(entries).map(([key, value]) => `-D${key}=${value}`);
const jobs = process.env["KMS_BUILD_JOBS"] ?? "2";
runAll([
  ["cmake", "-S", join(folder, "native"), "-B", build, "-G", "Ninja", ...options],
  ["cmake", "--build", build, "--parallel", jobs, "--target", "kms-fuzz"],
]);
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const junit = join(results, "ctest.xml");
const ctest = [
  "--output-on-failure",
  "--no-tests=error",
  "--parallel",
  "2",
  "--output-junit",
  junit,
];
const code = run("ctest", ctest, { cwd: build });
const { passed, failed } = nativeResults(results);
console.log(`${passed} fuzz targets without a finding, ${failed} with`);
process.exit(code !== 0 || failed > 0 || passed === 0 ? code || 1 : 0);
