// @ts-check
/**
 * `node tools/omni/src/speed.js`: how long a developer waits, on this machine and with what is built: for a build that has
 * nothing to do, from a changed C++ file to its test, from a changed TypeScript file to its test. Prints; changes nothing.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "./test/step.js";
import { workspaceRoot } from "./workspace.js";

/**
 * @typedef {object} Wait
 * @property {string} title
 * @property {number} limit seconds that it should take at most
 * @property {string} [file] changed before
 * @property {string[]} command
 * @property {string} [folder] where it runs
 */

/** @type {Wait[]} */
const waits = [
  {
    title: "a build with nothing to do",
    limit: 3,
    command: ["pnpm", "nx", "build", "kurento-media-server"],
  },
  {
    title: "one C++ file changed, to its test",
    limit: 15,
    file: "packages/core/native/dtls/certificate.cpp",
    command: ["pnpm", "nx", "check", "kms-core", "--test=dtls-test"],
  },
  {
    title: "one TypeScript file changed, to its test",
    limit: 5,
    file: "packages/elements/src/sdp/settings.ts",
    command: ["pnpm", "exec", "vitest", "run", "src/sdp/settings.test.ts"],
    folder: "packages/elements",
  },
];

/** @param {Wait} wait @returns {number | undefined} seconds, undefined where the command fails */
function measure({ command: [program = "", ...args], file, folder = "." }) {
  const run = () => succeeds(program, args, {}, join(workspaceRoot, folder));
  const path = file === undefined ? undefined : join(workspaceRoot, file);
  const before = path === undefined ? "" : readFileSync(path, "utf8");
  // Once beforehand: what was not built yet must not be part of the figure.
  if (!run()) {
    return undefined;
  }
  if (path !== undefined) {
    appendFileSync(path, `// ${Date.now()}\n`); // what no cache has
  }
  const started = performance.now();
  const isDone = run();
  const seconds = (performance.now() - started) / 1000;
  if (path !== undefined) {
    writeFileSync(path, before);
  }
  return isDone ? seconds : undefined;
}

const lines = waits.map((wait) => {
  const seconds = measure(wait);
  const shown = seconds === undefined ? "FAILED" : `${seconds.toFixed(1)} s`;
  return `${wait.title}: ${shown} (aim: ${wait.limit} s)`;
});
console.log(`\n${lines.join("\n")}`);
process.exitCode = lines.some((line) => line.includes("FAILED")) ? 1 : 0;
