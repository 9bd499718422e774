// @ts-check
/**
 * `./kms api`, after a KMD was edited: generates the server's classes, the clients and the reference anew, and compiles. What
 * the API promises and no class does yet, the compiler then names, with file and line.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { planReference, readWorkspace } from "@kms/nx-plugin/generation";
import { succeeds } from "./test/step.js";
import { workspaceRoot } from "./workspace.js";

const reference = "docs/generated/reference";
const nx = (/** @type {string[]} */ ...args) =>
  succeeds("pnpm", ["nx", "run-many", "--nxBail", "--output-style=static", ...args]);

/** @returns {boolean} */
function writeReference() {
  const folder = join(workspaceRoot, reference);
  rmSync(folder, { recursive: true, force: true });
  const creator = "packages/module-creator/dist/cli.js";
  return planReference(readWorkspace(workspaceRoot), folder).every((args) => {
    mkdirSync(args.at(-1) ?? "", { recursive: true });
    return succeeds("node", [creator, ...args]);
  });
}

const isDone = nx("-t", "generate") && writeReference() && nx("-t", "compile");
if (isDone) {
  console.log(`\nServer, clients and reference (${reference}) have what the KMDs say.`);
} else {
  console.error(
    "\nkms api: the first error above names the KMD, or the class in which a method is missing",
  );
}
process.exitCode = isDone ? 0 : 1;
