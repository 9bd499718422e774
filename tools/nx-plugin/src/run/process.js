// @ts-check
/** Running other programs from the scripts of src/bin. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const workspaceRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/**
 * Runs a program with its output passed on.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {number} its exit code; 127 where it could not be started, 1 where a signal ended it
 */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, {
    stdio: "inherit",
    cwd: workspaceRoot,
    ...options,
  });
  if (error !== undefined) {
    console.error(
      `${program}: cannot be started (${error.message}); ./kms build installs what is missing`,
    );
    return 127;
  }
  return status ?? 1;
}

/**
 * Runs programs in order and ends this process at the first that fails.
 * @param {readonly (readonly [program: string, ...args: string[]])[]} commands
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 */
export function runAll(commands, options) {
  for (const [program, ...args] of commands) {
    const code = run(program, args, options);
    if (code !== 0) {
      process.exit(code);
    }
  }
}

/**
 * The script behind a command that an npm package installs, seen from the workspace root.
 * @param {string} packageName
 * @param {string} [command] the package's own name where absent
 * @returns {string} absolute path, to be run with node
 */
export function npmCommand(packageName, command = packageName) {
  const require = createRequire(join(workspaceRoot, "package.json"));
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[command]);
}

/**
 * @returns {string} absolute folder of the package that is the script's first argument, relative to the workspace root
 */
export function packageFolder() {
  const [, script, folder] = process.argv;
  if (folder === undefined) {
    console.error(`usage: node ${script} <package folder>`);
    process.exit(2);
  }
  return resolve(workspaceRoot, folder);
}

/**
 * @template Result
 * @param {() => Result} read the arguments of a script
 * @returns {Result} what it gives; where it throws, this process ends with 2 and the reason
 */
export function orExit(read) {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}
