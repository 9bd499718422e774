// @ts-check
/** `nx lint <package>`: ESLint, then the type checker over sources and tests alike. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { npmCommand, packageFolder, runAll, workspaceRoot } from "../run/process.js";

const folder = packageFolder();

/**
 * A tsconfig that also takes the tests in, which the package's own one leaves out of its output.
 * @returns {string} its path
 */
function checkConfig() {
  const cache = join(workspaceRoot, ".nx", "type-check");
  const file = join(cache, `${relative(workspaceRoot, folder).replaceAll("/", "-")}.json`);
  const own = join(folder, "tsconfig.json");
  const include = ["src", "test"]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path));
  const compilerOptions = {
    noEmit: true,
    composite: false,
    incremental: false,
    rootDir: workspaceRoot,
    typeRoots: [join(workspaceRoot, "node_modules/@types")],
  };
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      extends: own,
      include,
      exclude: [join(folder, "**/golden/**")],
      compilerOptions,
    }),
  );
  return file;
}

const eslint = ["node", npmCommand("eslint"), "--max-warnings", "0", folder];
const isTyped = existsSync(join(folder, "tsconfig.json"));
const typeCheck = () => ["node", npmCommand("typescript", "tsc"), "-p", checkConfig()];
runAll(/** @type {[string, ...string[]][]} */ ([eslint, ...(isTyped ? [typeCheck()] : [])]));
