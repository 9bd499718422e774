// Makes and releases objects over and over, and tells whether the server's processes stay as large as they were.
import { CallingClient } from "./calling-client.js";
import { type ProcessSize, sizeOf } from "./processes.js";
import type { Server } from "./server.js";

/** A process of the server after so many cycles. */
export interface Sample extends ProcessSize {
  readonly cycle: number;
}

/** How one process changed, from the end of the warm-up on. */
export interface Growth {
  readonly name: string;
  readonly first: Sample;
  readonly last: Sample;
  /** Slope of the line through all samples, in bytes of resident memory for a cycle. */
  readonly bytesPerCycle: number;
}

const manager = "manager_ServerManager";
/** Objects that a cycle makes. */
const objectsPerCycle = 4;

export interface Endurance {
  readonly growth: readonly Growth[];
  /** ObjectCreated and ObjectDestroyed events that came, and how many should have. */
  readonly events: { readonly created: number; readonly destroyed: number; readonly due: number };
  /** What the gateway still has at the end. */
  readonly pipelines: number;
  readonly sessions: number;
}

/**
 * Runs cycles in one session of a server with one worker. The first `warmUp` are not judged: code is compiled, caches and
 * memory pools fill.
 */
export async function endure(server: Server, warmUp: number, cycles: number): Promise<Endurance> {
  using client = await CallingClient.open(server.url);
  for (const type of ["ObjectCreated", "ObjectDestroyed"])
    await client.value("subscribe", { object: manager, type });
  const [worker = 0] = await server.workers();
  const samples = new Map<string, [number, Sample[]]>([
    ["gateway", [server.pid, []]],
    ["worker", [worker, []]],
  ]);
  const every = Math.max(1, Math.floor(cycles / 100));
  for (let cycle = 1; cycle <= warmUp + cycles; cycle += 1) {
    await runCycle(client);
    if (cycle <= warmUp || cycle % every !== 0) continue;
    for (const [pid, list] of samples.values()) list.push({ cycle, ...(await sizeOf(pid)) });
  }
  const growth = [...samples].map(([name, [, list]]) => growthOf(name, list));
  return { growth, ...(await remains(client, warmUp + cycles)) };
}

// What an application does with a viewer, short of media.
async function runCycle(client: CallingClient): Promise<void> {
  const mediaPipeline = await client.create("MediaPipeline");
  const [endpoint, element, player] = await Promise.all([
    client.create("WebRtcEndpoint", { mediaPipeline }),
    client.create("PassThrough", { mediaPipeline }),
    client.create("PlayerEndpoint", { mediaPipeline, uri: "file:///nothing.webm" }),
  ]);
  await Promise.all([
    client.value("subscribe", { object: endpoint, type: "IceCandidateFound" }),
    client.invoke(player, "connect", { sink: element }),
    client.invoke(element, "connect", { sink: endpoint }),
    client.invoke(endpoint, "generateOffer"),
    client.invoke(endpoint, "addTag", { key: "room", value: "12" }),
  ]);
  await client.call("release", { object: mediaPipeline });
}

async function remains(client: CallingClient, cycles: number): Promise<Omit<Endurance, "growth">> {
  const count = async (operation: string): Promise<unknown[]> =>
    (await client.invoke(manager, operation)) as unknown[];
  const due = cycles * objectsPerCycle;
  const pipelines = (await count("getPipelines")).length;
  const sessions = (await count("getSessions")).length / 2;
  const got = (type: string): number => client.events.get(type) ?? 0;
  // Destruction is told when the worker is done with it, which may be after the answer to the release.
  while (got("ObjectDestroyed") < due) await client.call("ping");
  const events = { created: got("ObjectCreated"), destroyed: got("ObjectDestroyed"), due };
  return { events, pipelines, sessions };
}

function growthOf(name: string, samples: readonly Sample[]): Growth {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) throw new Error("no samples were taken");
  return { name, first, last, bytesPerCycle: slope(samples) * 1024 };
}

/** Least squares: KiB per cycle. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanCycle = mean(samples.map(({ cycle }) => cycle));
  const meanSize = mean(samples.map(({ residentKib }) => residentKib));
  let covariance = 0;
  let variance = 0;
  for (const { cycle, residentKib } of samples) {
    covariance += (cycle - meanCycle) * (residentKib - meanSize);
    variance += (cycle - meanCycle) ** 2;
  }
  return covariance / variance;
}

/** One line of figures. */
export function growthText({ name, first, last, bytesPerCycle }: Growth): string {
  const figure = (member: keyof ProcessSize): string => `${first[member]} -> ${last[member]}`;
  return (
    `${name}: cycles ${first.cycle} -> ${last.cycle}, resident KiB ${figure("residentKib")} ` +
    `(${bytesPerCycle.toFixed(0)} bytes/cycle), descriptors ${figure("descriptors")}, threads ${figure("threads")}`
  );
}
