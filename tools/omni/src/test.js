// @ts-check
/** `./kms test [--full[=<words>] | --clean-room]`, after everything is installed. The last line of the output is "N passed, N failed". */
import { join } from "node:path";
import { changesetsAreComplete } from "./changeset-status.js";
import { fullSteps } from "./test/full.js";
import { checkTarget, projectSelection, testTargets } from "./test/nx.js";
import { joinLogs, removeResults } from "./test/results.js";
import { asOneTest, runSteps, succeeds } from "./test/step.js";
import { recordedTaskTable, removeTaskRecords } from "./test/task-table.js";
import { packageFolders, workspaceRoot } from "./workspace.js";

const [given] = process.argv.slice(2);
// The part that begins with a bare system has a name of its own.
const option = given === "--clean-room" ? "--full=clean room" : given;
const isFull = /^--full(=|$)/.test(option ?? "");
if (option !== undefined && !isFull) {
  console.error(
    `kms test: unknown option "${option}"; there is only --full, --full=<word>,<word> and --clean-room`,
  );
  process.exit(2);
}
const [, words = ""] = option?.split("=") ?? [];

const isSystemTest = (/** @type {string} */ label) => label.startsWith("packages/e2e ");
const select = projectSelection(process.env);

/** @type {import('./test/step.js').Step[]} */
const steps = [
  { title: "Changesets", run: () => asOneTest(changesetsAreComplete()) },
  {
    // The whole tree at once: the files of the root belong to no project.
    title: "Format",
    run: () => asOneTest(succeeds("node", ["tools/nx-plugin/src/bin/format.js", "."])),
  },
  { title: "Lint and types", run: () => checkTarget("lint") },
  {
    title: "Native and unit tests",
    run: () => testTargets([...select, "-t", "check", "unit"], (label) => !isSystemTest(label)),
  },
  {
    // One task at a time: it measures frame rates.
    title: "System tests",
    run: () => testTargets([...select, "-t", "system", "--parallel=1"], isSystemTest),
  },
];

const log = ".nx/kms/log/tests.log";

/** @returns {string} what Nx did, and where the log of all tests is */
function summary() {
  joinLogs(packageFolders(), join(workspaceRoot, log));
  return `${recordedTaskTable()}\n\nLog of all tests: ${log}`;
}

removeResults();
removeTaskRecords();
process.exitCode = runSteps(isFull ? fullSteps(steps, words) : steps, summary);
