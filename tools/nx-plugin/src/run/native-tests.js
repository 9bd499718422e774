// @ts-check
/** The tests that CTest knows in a configured build folder, and the choice of one of them. */
import { spawnSync } from "node:child_process";

/**
 * @param {string} build a configured build folder
 * @returns {string[]} names of its tests
 */
export function nativeTests(build) {
  const { stdout, status } = spawnSync("ctest", ["--show-only=json-v1"], {
    cwd: build,
    encoding: "utf8",
  });
  /** @type {{tests?: {name: string}[]}} */
  const known = status === 0 ? JSON.parse(stdout) : {};
  return (known.tests ?? []).map(({ name }) => name);
}

/**
 * The value of `--test=<name>` among the arguments.
 * @param {readonly string[]} args
 * @param {readonly string[]} known names of tests
 * @returns {string | undefined} undefined where it is not given: all tests
 * @throws {Error} naming an argument or a test that is not known
 */
export function chosenTest(args, known) {
  const unknown = args.find((arg) => arg.startsWith("-") && !arg.startsWith("--test="));
  if (unknown !== undefined) {
    throw new Error(`unknown option ${unknown}; there is --test=<name>`);
  }
  const name = args.find((arg) => arg.startsWith("--test="))?.slice("--test=".length);
  if (name !== undefined && !known.includes(name)) {
    throw new Error(`no test is named "${name}"; there are: ${known.join(", ")}`);
  }
  return name;
}
