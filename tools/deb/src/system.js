// @ts-check
/** Where packages are built and installed: this system, or another root (a bare Debian made by debootstrap). */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Failure } from "./failure.js";

const enter = fileURLToPath(new URL("../room/enter-root.sh", import.meta.url));

/**
 * @typedef {object} Run
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 * @property {boolean} [isQuiet] its messages are of no interest
 *
 * @typedef {object} System
 * @property {string} name for messages
 * @property {(command: readonly string[], run?: Run) => {status: number, output: string}} ask its output is kept
 * @property {(command: readonly string[], run?: Run) => number} run its output is passed on; the exit code
 */

/**
 * @param {string | undefined} root absolute; undefined for this system
 * @param {readonly string[]} folders seen inside at their own paths
 * @returns {System}
 */
export function openSystem(root, folders) {
  const prefix = root === undefined ? [] : ["bash", enter, root, folders.join(":")];
  const start = (
    /** @type {readonly string[]} */ command,
    /** @type {Run} */ { cwd = "/", env = {}, isQuiet = false },
    /** @type {"inherit" | "pipe"} */ stdio,
  ) => {
    const [program = "", ...args] = [...prefix, ...(root === undefined ? [] : [cwd]), ...command];
    const options = {
      env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
      encoding: /** @type {const} */ ("utf8"),
    };
    const result = spawnSync(program, args, {
      ...options,
      cwd: root === undefined ? cwd : "/",
      maxBuffer: 1 << 28,
      stdio: ["ignore", stdio, isQuiet ? "ignore" : "inherit"],
    });
    if (result.error !== undefined) {
      throw new Failure(
        `${program} cannot be started (${result.error.message})`,
        "./kms setup deb installs what is missing",
      );
    }
    return result;
  };
  return {
    name: root ?? "this system",
    ask: (command, run = {}) => {
      const { status, stdout } = start(command, run, "pipe");
      return { status: status ?? 1, output: stdout };
    },
    run: (command, run = {}) => start(command, run, "inherit").status ?? 1,
  };
}
