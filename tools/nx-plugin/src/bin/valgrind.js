// @ts-check
/**
 * `nx valgrind <package> [--test=<name>]`: builds the native tests and runs them, or one, under Valgrind's memcheck with the
 * project's suppressions (packages/cmake-utils/cmake/valgrind.supp). An error or a definite leak fails.
 */
import { build, configure, nativeBuild } from "../run/cmake.js";
import { chosenTest, nativeTests } from "../run/native-tests.js";
import { orExit, packageFolder } from "../run/process.js";

const native = nativeBuild(packageFolder(), "native");
await configure(native);
const test = orExit(() => chosenTest(process.argv.slice(3), nativeTests(native.build)));
build(native, test === undefined ? "valgrind" : `${test}.valgrind`);
