import { expect, it } from "vitest";
import { fuzzSdp } from "./sdp.fuzz.js";

it("broken descriptions are taken or refused, never more", () => {
  const { taken, refused } = fuzzSdp(30, 1);
  expect(Math.min(taken, refused)).toBeGreaterThan(20);
}, 90_000);
