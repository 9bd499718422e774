// The share of the million mutated messages that goes to a real server; the rest is in packages/server.
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzzServer } from "./support/fuzz-server.js";
import { Server } from "./support/server.js";

const messages = 50_000;
const seed = Number(process.env["KMS_FUZZ_SEED"] ?? "20261126");

let server: Server;
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

it("answers mutated messages, and lives", { timeout: 1_800_000 }, async () => {
  process.stdout.write(`KMS_FUZZ_SEED=${seed}\n`);
  const { results, errors, pipelines, sizes } = await fuzzServer(server, seed, messages);
  process.stdout.write(
    `${results} results, ${errors} errors; gateway and worker ${JSON.stringify(sizes)}\n`,
  );
  expect([results + errors, pipelines]).toEqual([messages, 0]);
  for (const { first, last } of sizes) {
    expect(last.descriptors - first.descriptors).toBeLessThan(10);
    expect(last.threads - first.threads).toBeLessThan(10);
  }
});
