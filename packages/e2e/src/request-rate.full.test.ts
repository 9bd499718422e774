// Small requests per second on one connection: gateway on one core, worker and load on the other. The figures are for
// BENCH.md; a shared machine proves no speed.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cpuUs, pin } from "./support/processes.js";
import { RawClient } from "./support/raw-client.js";
import { Server } from "./support/server.js";

const load = fileURLToPath(new URL("../bench/load.js", import.meta.url));
const rounds = 3;
const requests = 40_000;
const gatewayCpu = 0;
const workerCpu = 1;

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly events: number;
  readonly errors: number;
  readonly loadCpuUs: number;
  readonly gatewayCpuUs: number;
  readonly workerCpuUs: number;
}

let server: Server;
let worker: number;
let other: RawClient;
let elements: [string, string];

beforeAll(async () => {
  server = await Server.start({ args: ["--workers", "1"] });
  [worker = 0] = await server.workers();
  pin(server.pid, gatewayCpu);
  pin(worker, workerCpu);
  other = await RawClient.open(server.url);
  const mediaPipeline = await other.value("create", { type: "MediaPipeline" });
  const create = { type: "PassThrough", constructorParams: { mediaPipeline } };
  elements = [await other.value("create", create), await other.value("create", create)];
});
afterAll(async () => {
  other[Symbol.dispose]();
  expect(await server.stop()).toBe(0);
});

it.each(["ping", "getName"] as const)(
  "answers every pipelined %s while events go out, and prints how fast",
  { timeout: 300_000 },
  async (name) => {
    const [object] = elements;
    const request =
      name === "ping"
        ? { method: "ping", params: {} }
        : { method: "invoke", params: { object, operation: "getName" } };
    await measure(request);
    const all: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await measure(request));
    for (const figures of all) print(name, figures);
    for (const { errors, events } of all) expect([errors, events > 0]).toEqual([0, true]);
  },
);

async function measure(request: object): Promise<Figures> {
  const [object] = elements;
  const setUp = [
    { method: "subscribe", params: { object, type: "ElementConnected" } },
    { method: "subscribe", params: { object, type: "ElementDisconnected" } },
  ];
  const job = { port: server.port, count: requests, window: 32, setUp, request };
  const before = [await cpuUs(server.pid), await cpuUs(worker)] as const;
  const stopEvents = raiseEvents();
  const args = ["-c", String(workerCpu), process.execPath, load, JSON.stringify(job)];
  const { stdout } = await promisify(execFile)("taskset", args);
  await stopEvents();
  const cpu = { gateway: await cpuUs(server.pid), worker: await cpuUs(worker) };
  return {
    ...(JSON.parse(stdout) as Omit<Figures, "gatewayCpuUs" | "workerCpuUs">),
    gatewayCpuUs: (cpu.gateway - before[0]) / requests,
    workerCpuUs: (cpu.worker - before[1]) / requests,
  };
}

/** Connects and disconnects, so that the measured connection gets events, about a hundred a second. */
function raiseEvents(): () => Promise<void> {
  const [object, sink] = elements;
  let isConnected = false;
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    isConnected = !isConnected;
    const operation = isConnected ? "connect" : "disconnect";
    const call = { object, operation, operationParams: { sink } };
    last = last.then(() => other.call("invoke", call));
  }, 30);
  return async () => {
    clearInterval(timer);
    await last;
  };
}

function print(name: string, figures: Figures): void {
  const { perSecond, p50Ms, p99Ms, maxMs, gatewayCpuUs, workerCpuUs, loadCpuUs } = figures;
  const latency = `p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} max ${maxMs.toFixed(1)} ms`;
  const cpu = `CPU us/request: gateway ${gatewayCpuUs.toFixed(1)} worker ${workerCpuUs.toFixed(1)} load ${loadCpuUs.toFixed(1)}`;
  const text = `${name}: ${Math.round(perSecond)}/s, ${latency}, ${figures.events} events; ${cpu}`;
  process.stdout.write(`${text}\n`);
}
