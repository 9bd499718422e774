import process from "node:process";
import { expect, it } from "vitest";
import { fuzzSdp } from "./sdp.fuzz.js";

const seconds = Number(process.env["KMS_FUZZ_SECONDS"] ?? 600);
const seed = Number(process.env["KMS_FUZZ_SEED"] ?? Date.now() % 2 ** 32);

it(
  "broken descriptions are taken or refused, each within a second",
  () => {
    console.log(`KMS_FUZZ_SEED=${seed}`);
    const result = fuzzSdp(seconds, seed);
    console.log(result);
    expect(Math.min(result.taken, result.refused)).toBeGreaterThan(20);
    expect(result.slowestMs).toBeLessThan(1000);
  },
  (seconds + 60) * 1000,
);
