// @ts-check
/** `nx check <package>`: builds the native tests and runs them; results go to test-results/native-<variant>. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, configure, nativeBuild } from "../run/cmake.js";
import { nativeResults } from "../results/native-results.js";
import { packageFolder, run } from "../run/process.js";

const folder = packageFolder();
const native = nativeBuild(folder, process.argv[3] ?? "native");
const results = join(folder, "test-results", `native-${native.variant.folder}`);
await configure(native);
build(native);
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const code = run(
  "ctest",
  [
    "--output-on-failure",
    "--no-tests=error",
    "--parallel",
    "2",
    "--output-junit",
    join(results, "ctest.xml"),
  ],
  {
    cwd: native.build,
    env: {
      GTEST_OUTPUT: `xml:${results}/`,
      ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_string_checks=1",
      UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
      ...process.env,
    },
  },
);
const { passed, failed, empty } = nativeResults(results);
for (const program of empty) {
  console.error(`${program}: contains no test; a suite that tests nothing counts as failed`);
}
console.log(`${passed} native tests passed, ${failed} failed`);
process.exit(code !== 0 || failed > 0 || passed === 0 ? code || 1 : 0);
