// @ts-check
/**
 * What `./kms test --full` adds: sanitizers, long tests, each module alone, a clean-room installation, clang-tidy. The results go to
 * packages/e2e/FULL.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git, workspaceRoot } from "../workspace.js";
import { nx, testTargets } from "./nx.js";
import { asOneTest, succeeds } from "./step.js";

/** @typedef {import('./step.js').Step} Step */

/** @type {Step[]} */
const additions = [
  {
    title: "Native tests under AddressSanitizer and UndefinedBehaviorSanitizer",
    run: () =>
      testTargets(["run-many", "-t", "check"], (label) => label.endsWith("-asan"), {
        KMS_SANITIZE: "address,undefined",
      }),
  },
  {
    title: "A browser's loopback under the same sanitizers",
    run: () => asOneTest(nx(["run", "kms-e2e:system"], { KMS_SANITIZE: "address,undefined" })),
  },
  {
    title: "Native tests under ThreadSanitizer",
    run: () =>
      testTargets(["run-many", "-t", "check"], (label) => label.endsWith("-tsan"), {
        KMS_SANITIZE: "thread",
      }),
  },
  {
    title: "libFuzzer: each target ten minutes",
    run: () => testTargets(["run-many", "-t", "fuzz"], (label) => label.endsWith(" native-fuzz")),
  },
  {
    title: "Long tests: fuzzing, endurance, many clients",
    run: () =>
      testTargets(["run-many", "-t", "full", "--parallel=1"], (label) => label.endsWith(" full")),
  },
  {
    title: "Each module alone",
    run: () => asOneTest(succeeds("node", ["tools/omni/src/alone.js"])),
  },
  {
    title: "Clean room",
    run: () => asOneTest(succeeds("bash", ["tools/omni/clean-room.sh"])),
  },
  { title: "clang-tidy", run: () => asOneTest(nx(["run-many", "-t", "tidy", "--parallel=1"])) },
];

/**
 * @typedef {object} Row what a part gave when it last ran
 * @property {number} passed
 * @property {number} failed
 * @property {string} when date and commit
 */

const recordFile = join(workspaceRoot, "packages/e2e/FULL.md");
const rowPattern = /^\| (.+?) +\| (\d+) +\| (\d+) +\| (.+?) +\|$/gm;

/**
 * @param {string} report as `fullReport` writes it
 * @returns {Map<string, Row>} by title
 */
export function readReport(report) {
  const rows = [...report.matchAll(rowPattern)];
  return new Map(
    rows.map(([, title = "", passed, failed, when = ""]) => [
      title,
      { passed: Number(passed), failed: Number(failed), when },
    ]),
  );
}

/**
 * @param {readonly string[]} titles of all parts
 * @param {ReadonlyMap<string, Row>} rows of the parts that ran; an interrupted run shows what it did not reach
 * @returns {string} the record, in Markdown
 */
export function fullReport(titles, rows) {
  const lines = titles.map((title) => {
    const row = rows.get(title);
    return row === undefined
      ? `| ${title} | | | not reached |`
      : `| ${title} | ${row.passed} | ${row.failed} | ${row.when} |`;
  });
  return `# Last full run

Written by \`./kms test --full\`, which runs all parts; \`./kms test --full=<word>,<word>\` runs again those whose title has one of the words.

| Part | Passed | Failed | Run on, commit |
| --- | ---: | ---: | --- |
${lines.join("\n")}
`;
}

function thisRun() {
  const changes = git("status", "--porcelain", "--", ":!packages/e2e/FULL.md") === "";
  const commit = git("rev-parse", "--short=12", "HEAD") ?? "unknown";
  return `${new Date().toISOString().slice(0, 10)}, ${commit}${changes ? "" : " with changes"}`;
}

/**
 * The steps of a full run: the usual ones, then the additions. The record is written after each.
 * @param {readonly Step[]} usual
 * @param {string} words only the parts whose title has one of these, in any case; the other rows of the record stay
 * @returns {Step[]}
 */
export function fullSteps(usual, words) {
  const steps = [...usual, ...additions];
  const titles = steps.map(({ title }) => title);
  const rows = words === "" ? new Map() : readReport(readFileSync(recordFile, "utf8"));
  const isWanted = (/** @type {Step} */ { title }) =>
    words.split(",").some((word) => title.toLowerCase().includes(word.toLowerCase()));
  return steps.filter(isWanted).map(({ title, run }) => ({
    title,
    run: () => {
      const counts = run();
      rows.set(title, { ...counts, when: thisRun() });
      writeFileSync(recordFile, fullReport(titles, rows));
      return counts;
    },
  }));
}
