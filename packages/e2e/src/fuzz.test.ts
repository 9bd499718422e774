// The short form of fuzz.full.test.ts.
import { testFuzzing } from "./support/fuzz-test.js";

testFuzzing(1000, 90_000);
