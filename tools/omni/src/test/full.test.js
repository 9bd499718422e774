// @ts-check
import { expect, it } from "vitest";
import { fullReport, readReport } from "./full.js";

const format = { passed: 1, failed: 0, when: "2026-11-26, 0123456789ab" };

it("shows the parts that a run did not reach", () => {
  const report = fullReport(["Format", "Clean room"], new Map([["Format", format]]));
  expect(report).toContain("| Format | 1 | 0 | 2026-11-26, 0123456789ab |");
  expect(report).toContain("| Clean room | | | not reached |");
});

it("keeps the rows of the parts that do not run again", () => {
  const rows = new Map([["Format", format]]);
  expect(readReport(fullReport(["Format", "Clean room"], rows))).toEqual(rows);
});
