// @ts-check
/**
 * What `./kms test --full` adds: sanitizers, long tests, clang-tidy, a clean-room installation. The results go to
 * packages/e2e/FULL.md.
 */
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
    title: "Long tests: fuzzing, endurance, many clients",
    run: () =>
      testTargets(["run-many", "-t", "full", "--parallel=1"], (label) => label.endsWith(" full")),
  },
  {
    title: "Clean room",
    run: () => asOneTest(succeeds("bash", ["tools/omni/clean-room.sh"])),
  },
  { title: "clang-tidy", run: () => asOneTest(nx(["run-many", "-t", "tidy", "--parallel=1"])) },
];

/**
 * @param {readonly string[]} titles of all parts
 * @param {ReadonlyMap<string, import('./step.js').Counts>} counts of the parts that ran
 * @returns {string} the record, in Markdown; an interrupted run shows what it did not reach
 */
export function fullReport(titles, counts) {
  const commit = git("rev-parse", "--short=12", "HEAD") ?? "unknown";
  const changes = git("status", "--porcelain") === "" ? "" : " with uncommitted changes";
  const lines = titles.map((title) => {
    const { passed, failed } = counts.get(title) ?? { passed: "not reached", failed: "" };
    return `| ${title} | ${passed} | ${failed} |`;
  });
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
  const steps = [...usual, ...additions];
  const titles = steps.map(({ title }) => title);
  /** @type {Map<string, import('./step.js').Counts>} */
  const counts = new Map();
  return steps.map(({ title, run }) => ({
    title,
    run: () => {
      const result = run();
      counts.set(title, result);
      writeFileSync(join(workspaceRoot, "packages/e2e/FULL.md"), fullReport(titles, counts));
      return result;
    },
  }));
}
