// @ts-check
/**
 * `nx tidy <package>`: clang-tidy with the root's .clang-tidy over every native source; a warning is an error. Tests are
 * left out: reading GoogleTest's headers once for each would take most of the time. So is generated code, whose size is
 * that of the KMDs.
 */
import { build, configure, nativeBuild } from "../run/cmake.js";
import { packageFolder, runAll } from "../run/process.js";
import { llvmTool, reportMissing } from "../run/tools.js";

const native = nativeBuild(packageFolder(), "native");
const tidy = llvmTool("run-clang-tidy") ?? (llvmTool("clang-tidy") && "run-clang-tidy-19");
if (tidy === undefined) {
  reportMissing("clang-tidy");
} else {
  await configure(native);
  build(native);
  runAll([
    [
      tidy,
      "-p",
      native.build,
      "-j",
      "2",
      "-quiet",
      "-extra-arg=-Wno-unknown-warning-option",
      `^${native.source}/(?!generated/|.*\\.test\\.cpp$)`,
    ],
  ]);
}
