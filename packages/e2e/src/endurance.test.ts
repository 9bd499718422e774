// The short form of endurance.full.test.ts: what leaks something each time shows here, too.
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endure, growthText } from "./support/endurance.js";
import { Server } from "./support/server.js";

let server: Server;
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

it("leaves no object, descriptor or thread behind after 300 cycles", async () => {
  const { growth, events, pipelines, sessions } = await endure(server, 60, 240);
  for (const each of growth) process.stdout.write(`${growthText(each)}\n`);
  expect([pipelines, sessions]).toEqual([0, 1]);
  expect(events).toEqual({ created: events.due, destroyed: events.due, due: events.due });
  for (const { first, last } of growth) {
    expect(last.descriptors - first.descriptors).toBeLessThanOrEqual(2);
    expect(last.threads - first.threads).toBeLessThanOrEqual(2);
  }
});
