// One test for both tiers: they differ in how many messages a server gets.
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzzServer } from "./fuzz-server.js";
import { Server } from "./server.js";

const seed = Number(process.env["KMS_FUZZ_SEED"] ?? "20261126");
/** More descriptors or threads than these are a leak. */
const mostGrowth = 10;

/**
 * Declares the test: a server with one worker gets so many mutated messages, answers each, keeps its processes and
 * leaks nothing.
 *
 * @param timeout of the test, in ms
 */
export function testFuzzing(messages: number, timeout: number): void {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start({ args: ["--workers", "1"] });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("answers mutated messages, and lives", { timeout }, async () => {
    process.stdout.write(`KMS_FUZZ_SEED=${seed}\n`);
    const { results, errors, pipelines, sizes } = await fuzzServer(server, seed, messages);
    process.stdout.write(
      `${results} results, ${errors} errors; gateway and worker ${JSON.stringify(sizes)}\n`,
    );
    expect([results + errors, pipelines]).toEqual([messages, 0]);
    for (const { first, last } of sizes) {
      expect(last.descriptors - first.descriptors).toBeLessThan(mostGrowth);
      expect(last.threads - first.threads).toBeLessThan(mostGrowth);
    }
  });
}
