import process from "node:process";

import { expect, it } from "vitest";

import { fuzzGateway } from "../testing/fuzz-gateway.js";

const messages = 5000;

it("answers 5,000 mutated messages, and is as before", { timeout: 60_000 }, async () => {
  const { results, errors, remaining } = await fuzzGateway(messages);
  process.stdout.write(`${results} results, ${errors} errors\n`);
  expect(results + errors).toBe(messages);
  expect(Math.min(results, errors)).toBeGreaterThan(messages / 20);
  expect(remaining).toEqual({ objects: 0, sessions: 1, native: 0 });
});
