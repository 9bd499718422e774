import { expect, it } from "vitest";
import { fuzzSdp } from "./sdp.fuzz.js";

it("broken descriptions are taken or refused, never more", () => {
  const { taken, refused } = fuzzSdp(5, 1);
  expect(Math.min(taken, refused)).toBeGreaterThan(20);
}, 30_000);
