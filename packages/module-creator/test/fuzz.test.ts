import { expect, it } from "vitest";
import { fuzzKmds } from "./fuzz.js";

const RUNS = 300;
const SEED = 20_261_126;

it("each of 300 mutated KMD files is generated from, or rejected with file, line, column and path", () => {
  const { accepted, rejected, failures } = fuzzKmds(RUNS, SEED);
  console.log(
    `${RUNS} mutated KMD files, seed ${SEED}: ${accepted} accepted, ${rejected} rejected`,
  );
  expect(failures).toEqual([]);
  expect([accepted > RUNS / 20, rejected > RUNS / 4]).toEqual([true, true]);
}, 60_000);
