import process from "node:process";

import { expect, it } from "vitest";

import { fuzzConfiguration } from "../../testing/config-fuzz.js";

it("10,000 broken configuration files are read or refused, each within a second", () => {
  const seed = Number(process.env["KMS_FUZZ_SEED"] ?? 20_261_126);
  console.log(`KMS_FUZZ_SEED=${seed}`);
  const result = fuzzConfiguration(10_000, seed);
  console.log(result);
  expect(result.read + result.refused).toBe(10_000);
  expect(result.slowestMs).toBeLessThan(1000);
}, 120_000);
