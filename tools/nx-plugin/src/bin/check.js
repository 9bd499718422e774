// @ts-check
/**
 * `nx check <package>`: builds the native tests and runs them; results go to test-results/native-<variant>.
 * `nx check <package> --test=<name>` does so with one of them; results go to test-results/native-one.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, configure, nativeBuild } from "../run/cmake.js";
import { chosenTest, nativeTests } from "../run/native-tests.js";
import { nativeResults } from "../results/native-results.js";
import { orExit, packageFolder, run } from "../run/process.js";

const folder = packageFolder();
const native = nativeBuild(folder, process.argv[3] ?? "native");
await configure(native);
const test = orExit(() => chosenTest(process.argv.slice(4), nativeTests(native.build)));
// A test without a program of its own checks what is shipped: everything is built.
build(native, test?.endsWith("-test") ? test : undefined);
const results = join(
  folder,
  "test-results",
  test === undefined ? `native-${native.variant.folder}` : "native-one",
);
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const ctest = [
  ...["--output-on-failure", "--no-tests=error", "--parallel", "2"],
  ...["--output-junit", join(results, "ctest.xml")],
  ...(test === undefined ? [] : ["-R", `^${test}$`, "--verbose"]),
];
const code = run("ctest", ctest, {
  cwd: native.build,
  env: {
    GTEST_OUTPUT: `xml:${results}/`,
    GST_DEBUG_NO_COLOR: "1",
    ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_string_checks=1",
    UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
    ...process.env,
  },
});
// The log of the whole run, beside its results: the cache brings both back.
const log = join(native.build, "Testing/Temporary/LastTest.log");
if (existsSync(log)) {
  copyFileSync(log, join(results, "LastTest.log"));
}
const { passed, failed, empty } = nativeResults(results);
for (const program of empty) {
  console.error(`${program}: contains no test; a suite that tests nothing counts as failed`);
}
console.log(`${passed} native tests passed, ${failed} failed`);
process.exit(code !== 0 || failed > 0 || passed === 0 ? code || 1 : 0);
