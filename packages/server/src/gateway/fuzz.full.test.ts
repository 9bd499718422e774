import process from "node:process";

import { expect, it } from "vitest";

import { fuzzGateway } from "../testing/fuzz-gateway.js";

// Another 50,000 go to a server with real workers, in packages/e2e.
const messages = 950_000;
const maxLeakedBytesPerMessage = 8;

it("answers 950,000 mutated messages, and is as before", { timeout: 1_800_000 }, async () => {
  const { results, errors, remaining, heap } = await fuzzGateway(messages);
  const [before = 0, after = 0] = [heap[Math.floor(heap.length / 4)], heap.at(-1)];
  const perMessage = (after - before) / (messages * 0.75);
  process.stdout.write(
    `${results} results, ${errors} errors; heap ${before} -> ${after} bytes, ${perMessage.toFixed(2)} a message\n`,
  );
  expect(results + errors).toBe(messages);
  expect(remaining).toEqual({ objects: 0, sessions: 1, native: 0 });
  expect(perMessage).toBeLessThan(maxLeakedBytesPerMessage);
});
