// @ts-check
import { expect, it } from "vitest";
import { fullReport } from "./full.js";

it("shows the parts that a run did not reach", () => {
  const report = fullReport(
    ["Format", "Clean room"],
    new Map([["Format", { passed: 1, failed: 0 }]]),
  );
  expect(report).toContain("| Format | 1 | 0 |");
  expect(report).toContain("| Clean room | not reached |  |");
});
