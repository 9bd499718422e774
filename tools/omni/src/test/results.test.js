// @ts-check
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { projectSelection } from "./nx.js";
import { joinLogs, vitestCounts } from "./results.js";
import { asOneTest, runSteps } from "./step.js";

/** @param {object} fields */
const report = (fields) =>
  JSON.stringify({
    ...{
      numPassedTests: 3,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    },
    ...fields,
  });

describe("vitestCounts", () => {
  it("counts passed and failed tests", () => {
    expect(vitestCounts(report({ numFailedTests: 2 }))).toEqual({ passed: 3, failed: 2 });
  });

  it("counts a file that could not be loaded as a failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    expect(vitestCounts(report({ testResults }))).toEqual({ passed: 3, failed: 1 });
  });

  it("counts a test that did not run as a failure", () => {
    expect(vitestCounts(report({ numPendingTests: 1, numTodoTests: 1 })).failed).toBe(2);
  });
});

describe("joinLogs", () => {
  it("has the logs of native and unit tests of each package, one behind the other", () => {
    const folder = mkdtempSync(join(tmpdir(), "kms-logs-"));
    const results = join(folder, "a/test-results");
    mkdirSync(join(results, "native-Debug"), { recursive: true });
    writeFileSync(join(results, "native-Debug/LastTest.log"), "x.test.cpp:1:A.B: test start\n");
    writeFileSync(join(results, "unit.log"), "x.test.ts:2:c: test start\n");
    writeFileSync(join(results, "unit.json"), "{}");
    const joined = join(folder, "log/tests.log");
    expect(joinLogs([join(folder, "a"), join(folder, "untested")], joined)).toBe(2);
    expect(readFileSync(joined, "utf8")).toMatch(
      /^==> \S+LastTest\.log\nx\.test\.cpp.*\n\n==> \S+unit\.log\nx\.test\.ts:2:c: test start\n$/,
    );
    rmSync(folder, { recursive: true });
  });
});

describe("runSteps", () => {
  /** @param {import('./step.js').Step[]} steps */
  const lastLineOf = (steps) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const code = runSteps(steps, () => "summary");
    const line = log.mock.calls.at(-1)?.[0];
    log.mockRestore();
    return { code, line };
  };
  const good = { title: "good", run: () => ({ passed: 4, failed: 0 }) };
  const bad = { title: "bad", run: () => asOneTest(false) };

  it("ends with the sum", () => {
    expect(lastLineOf([good, good])).toEqual({ code: 0, line: "8 passed, 0 failed" });
  });

  it("runs on after a failure and fails in the end", () => {
    expect(lastLineOf([bad, good])).toEqual({ code: 1, line: "4 passed, 1 failed" });
  });

  it("fails where nothing was tested", () => {
    expect(lastLineOf([{ title: "none", run: () => ({ passed: 0, failed: 0 }) }]).code).toBe(1);
  });
});

describe("projectSelection", () => {
  it("takes everything outside CI, without a base, or where this clone lacks the base", () => {
    expect(projectSelection({ NX_BASE: "HEAD" })).toEqual(["run-many"]);
    expect(projectSelection({ CI: "true" })).toEqual(["run-many"]);
    expect(projectSelection({ CI: "true", NX_BASE: "0".repeat(40) })).toEqual(["run-many"]);
  });

  it("takes what a change affects in CI with a known base", () => {
    expect(projectSelection({ CI: "true", NX_BASE: "HEAD" })).toEqual(["affected", "--base=HEAD"]);
  });
});
