// 5,000 open sessions beside a browser's call: each is answered within a second, and the call goes on.
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser, openPage } from "./support/browser.js";
import { CallingClient } from "./support/calling-client.js";
import { connectClient } from "./support/kurento.js";
import { Peer } from "./support/peer.js";
import { sizeOf } from "./support/processes.js";
import { Server } from "./support/server.js";

const sessions = 5000;
const openAtATime = 100;
// All within a second or two, but not in one burst: what is measured is the server, not this process's backlog.
const pingsAtATime = 250;
const manager = "manager_ServerManager";

let server: Server;
const clients: CallingClient[] = [];
beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
});
afterAll(async () => {
  for (const client of clients) client[Symbol.dispose]();
  expect(await server.stop()).toBe(0);
});

async function openSession(): Promise<CallingClient> {
  const client = await CallingClient.open(server.url);
  await client.value("describe", { object: manager });
  return client;
}

async function pingMs(client: CallingClient): Promise<number> {
  const startedMs = performance.now();
  expect((await client.call("ping")).result?.value).toBe("pong");
  return performance.now() - startedMs;
}

async function pingAllMs(): Promise<number[]> {
  const timesMs: number[] = [];
  for (let at = 0; at < sessions; at += pingsAtATime)
    timesMs.push(...(await Promise.all(clients.slice(at, at + pingsAtATime).map(pingMs))));
  return timesMs.sort((a, b) => a - b);
}

it("answers 5,000 sessions while a call runs", { timeout: 300_000 }, async () => {
  const before = await sizeOf(server.pid);
  while (clients.length < sessions)
    clients.push(...(await Promise.all(Array.from({ length: openAtATime }, openSession))));
  const open = await sizeOf(server.pid);
  const ids = (await clients[0]?.invoke(manager, "getSessions")) as string[];
  expect(ids.length / 2).toBe(sessions);

  await using client = await connectClient(server.url);
  await using browser = await launchBrowser();
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await endpoint.connect(endpoint);
  const peer = await Peer.call(await openPage(browser, server.pageUrl), endpoint);
  await peer.showsVideo(640);
  const [figures, timesMs] = await Promise.all([peer.measureVideo(5), pingAllMs()]);
  const kib = (open.residentKib - before.residentKib) / sessions;
  process.stdout.write(
    `${sessions} sessions: ping p50 ${timesMs[sessions / 2]?.toFixed(0)} max ${timesMs.at(-1)?.toFixed(0)} ms, ` +
      `${kib.toFixed(1)} KiB of gateway each, descriptors ${before.descriptors} -> ${open.descriptors}; ` +
      `the call showed ${figures.framesPerSecond.toFixed(1)} frames/s\n`,
  );
  expect(timesMs.at(-1)).toBeLessThan(1000);
  expect(figures.framesPerSecond).toBeGreaterThanOrEqual(20);
  await pipeline.release();
  for (const session of clients.splice(0)) session[Symbol.dispose]();
  await closedAll(before.descriptors);
});

// The gateway notices the ends one by one; asking it for more takes a turn of its loop each time.
async function closedAll(descriptors: number): Promise<void> {
  using client = await CallingClient.open(server.url);
  while ((await sizeOf(server.pid)).descriptors > descriptors + 5) await client.call("ping");
}
