// The share of the million mutated messages that goes to a real server; the rest is in packages/server.
import { testFuzzing } from "./support/fuzz-test.js";

testFuzzing(50_000, 1_800_000);
