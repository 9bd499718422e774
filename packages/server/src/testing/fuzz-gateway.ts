import process from "node:process";

import { ManualClock } from "@kms/core/jsonrpc";

import { fuzz } from "./fuzz-run.js";
import type { FuzzResult } from "./fuzz-run.js";
import { usedHeap } from "./heap.js";
import { TestGateway } from "./test-gateway.js";

/** What the fuzzing left in the gateway and its worker, besides the session that asks. */
export interface Remaining {
  readonly objects: number;
  readonly sessions: number;
  readonly native: number;
}

/** The run, what is left of it, and the heap's size at forty moments. */
export interface GatewayFuzzResult extends FuzzResult {
  readonly remaining: Remaining;
  readonly heap: readonly number[];
}

const manager = "manager_ServerManager";
/** Two garbage collections of sessions, and more than the lifetime of remembered responses. */
const pauseMs = 500_000;

/** Fuzzes a gateway of this process, over its socket, with a worker without media. `KMS_FUZZ_SEED` names the seed. */
export async function fuzzGateway(messages: number): Promise<GatewayFuzzResult> {
  const seed = Number(process.env["KMS_FUZZ_SEED"] ?? "20261126");
  process.stdout.write(`KMS_FUZZ_SEED=${seed}\n`);
  const clock = Object.assign(new ManualClock(), { wallTimeMs: () => 1_700_000_000_000 });
  await using server = await TestGateway.start({ clock });
  const heap: number[] = [];
  const every = Math.max(500, Math.floor(messages / 40));
  const onBatch = async (sent: number): Promise<void> => {
    clock.advance(pauseMs);
    if (sent % every < 500) heap.push(await usedHeap());
    for (const host of server.hosts) host.takeCalls();
  };
  const url = `ws://${server.authority}/kurento`;
  const result = await fuzz({ url, seed, messages, onBatch });
  return { ...result, heap, remaining: await remaining(server, clock) };
}

async function remaining(server: TestGateway, clock: ManualClock): Promise<Remaining> {
  const client = await server.connect();
  const count = async (operation: string): Promise<number> =>
    ((await client.invoke(manager, operation)) as unknown[]).length;
  // Connections that were cut keep their sessions until the gateway has noticed.
  for (let tries = 20; tries > 0 && (await count("getSessions")) > 2; tries -= 1)
    clock.advance(pauseMs);
  const native = server.hosts.reduce((sum, host) => sum + host.objects.size, 0);
  return {
    objects: await count("getPipelines"),
    sessions: (await count("getSessions")) / 2,
    native,
  };
}
