import { expect, it } from "vitest";

import { fuzzConfiguration } from "../../testing/config-fuzz.js";

it("300 broken configuration files are read or refused, never more", () => {
  const result = fuzzConfiguration(300, 1);
  expect(result.read + result.refused).toBe(300);
  expect(Math.min(result.read, result.refused)).toBeGreaterThan(20);
});
