// @ts-check
/** `nx native <package>`: configures and builds what the package ships. */
import { build, configure, nativeBuild } from "../run/cmake.js";
import { packageFolder } from "../run/process.js";

const native = nativeBuild(packageFolder(), "native");
await configure(native);
build(native, "kms-native");
