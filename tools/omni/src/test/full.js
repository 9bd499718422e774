// @ts-check
/** What `./kms test --full` adds: sanitizers, clang-tidy, a clean-room installation; the results go to packages/e2e/FULL.md. */
import { writeFileSync } from "node:fs";
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
    title: "Clean room",
    run: () => asOneTest(succeeds("bash", ["tools/omni/clean-room.sh"])),
  },
  { title: "clang-tidy", run: () => asOneTest(nx(["run-many", "-t", "tidy", "--parallel=1"])) },
];

/**
 * @param {readonly {title: string, passed: number, failed: number}[]} rows
 * @returns {string} the record, in Markdown
 */
export function fullReport(rows) {
  const commit = git("rev-parse", "--short=12", "HEAD") ?? "unknown";
  const changes = git("status", "--porcelain") === "" ? "" : " with uncommitted changes";
  const lines = rows.map(({ title, passed, failed }) => `| ${title} | ${passed} | ${failed} |`);
  return `# Last full run

Written by \`./kms test --full\` on ${new Date().toISOString().slice(0, 10)}, commit ${commit}${changes}.

| Part | Passed | Failed |
| --- | ---: | ---: |
${lines.join("\n")}
`;
}

/**
 * The steps of a full run: the usual ones, then the additions. The record is written after each.
 * @param {readonly Step[]} usual
 * @returns {Step[]}
 */
export function fullSteps(usual) {
  /** @type {{title: string, passed: number, failed: number}[]} */
  const rows = [];
  return [...usual, ...additions].map(({ title, run }) => ({
    title,
    run: () => {
      const counts = run();
      rows.push({ title, ...counts });
      writeFileSync(join(workspaceRoot, "packages/e2e/FULL.md"), fullReport(rows));
      return counts;
    },
  }));
}
