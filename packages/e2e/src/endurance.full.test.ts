// 10,000 times create and release in one session: memory, descriptors, threads and registries stay where they were.
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endure, growthText } from "./support/endurance.js";
import { Server } from "./support/server.js";

const warmUp = 2500;
const cycles = 7500;
/** A leaked object with its records is several KiB. */
const maxBytesPerCycle = 1024;

let server: Server;
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

it("leaves nothing behind after 10,000 cycles", { timeout: 1_800_000 }, async () => {
  const { growth, events, pipelines, sessions } = await endure(server, warmUp, cycles);
  for (const each of growth) process.stdout.write(`${growthText(each)}\n`);
  expect([pipelines, sessions]).toEqual([0, 1]);
  expect(events).toEqual({ created: events.due, destroyed: events.due, due: events.due });
  for (const { first, last, bytesPerCycle } of growth) {
    expect(bytesPerCycle).toBeLessThan(maxBytesPerCycle);
    expect(last.descriptors - first.descriptors).toBeLessThanOrEqual(2);
    expect(last.threads - first.threads).toBeLessThanOrEqual(2);
  }
});
