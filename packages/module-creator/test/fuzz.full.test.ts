import { expect, it } from "vitest";
import { fuzzKmds } from "./fuzz.js";

const RUNS = 10_000;
/** `KMS_FUZZ_SEED` runs other files. */
const SEED = Number(process.env["KMS_FUZZ_SEED"] ?? 1);

it("each of 10,000 mutated KMD files is generated from, or rejected with file, line, column and path", () => {
  const { accepted, rejected, failures } = fuzzKmds(RUNS, SEED);
  console.log(
    `${RUNS} mutated KMD files, seed ${SEED}: ${accepted} accepted, ${rejected} rejected`,
  );
  expect(failures).toEqual([]);
}, 1_800_000);
