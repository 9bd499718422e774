import { execFileSync } from "node:child_process";
import process from "node:process";
import { describe, expect, it } from "vitest";

import { gatewayFlags, workerFlags } from "./v8-flags.js";

// Garbage that lives for a while makes the young generation grow.
const program = `
  const v8 = require("node:v8");
  for (const flag of JSON.parse(process.env.LATE)) v8.setFlagsFromString(flag);
  const kept = [];
  for (let at = 0; at < 2_000_000; at += 1) kept[at % 50_000] = [at];
  const space = v8.getHeapSpaceStatistics().find((one) => one.space_name === "new_space");
  process.stdout.write(String(space.space_size));`;

/** Bytes of the young generation after much garbage. */
function youngGeneration(flags: readonly string[], late: readonly string[] = []): number {
  const env = { ...process.env, LATE: JSON.stringify(late) };
  return Number(execFileSync(process.execPath, [...flags, "-e", program], { env }));
}

describe("the young generation stays small", () => {
  it("without flags it does not, or there would be no need for any", () => {
    expect(youngGeneration([])).toBeGreaterThan(4 * 1024 * 1024);
  });
  it("in workers", () => {
    expect(youngGeneration(workerFlags)).toBeLessThanOrEqual(3 * 1024 * 1024);
  });
  it("in the gateway, which sets its flag when it runs already", () => {
    expect(youngGeneration([], gatewayFlags)).toBeLessThanOrEqual(3 * 1024 * 1024);
  });
});
