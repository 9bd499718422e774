import { createSocket } from "node:dgram";
import { once } from "node:events";

import { silentLogger } from "@kms/core";
import { ManualClock, memoryTransportPair, Peer } from "@kms/core/jsonrpc";
import { beforeEach, describe, expect, it } from "vitest";

import type { LaunchedWorker, WorkerLauncher } from "./launcher.js";
import { PortAllocator } from "./port-allocator.js";
import { WorkerSlot } from "./slot.js";
import type { SlotParts } from "./slot.js";

/** A worker that does what the test says. */
class FakeWorker implements LaunchedWorker {
  readonly transport;
  readonly peer: Peer;
  readonly pid = undefined;
  readonly exited: Promise<void>;
  pings = 0;
  isMute = false;
  patience = 1;

  constructor() {
    const [ours, theirs] = memoryTransportPair();
    this.transport = ours;
    this.peer = new Peer(theirs);
    this.exited = new Promise((resolve) =>
      this.peer.signal.addEventListener("abort", () => resolve()),
    );
    for (const method of ["start", "shutdown"]) this.peer.handle(method, () => null);
    this.peer.handle("ping", () => this.#ping());
    this.peer.handle("hang", () => new Promise(() => undefined));
  }

  kill(): void {
    this.peer.close();
  }

  #ping(): Promise<null> | null {
    this.pings += 1;
    return this.isMute ? new Promise(() => undefined) : null;
  }
}

let clock: ManualClock;
let launched: FakeWorker[];
let lost: number;
let slot: WorkerSlot;
let parts: SlotParts;
let failures: number;

beforeEach(async () => {
  clock = new ManualClock();
  launched = [];
  lost = 0;
  failures = 0;
  const launcher: WorkerLauncher = {
    launch: async () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error("no process");
      }
      const worker = new FakeWorker();
      launched.push(worker);
      return worker;
    },
  };
  parts = {
    launcher,
    ports: new PortAllocator(50_000, 50_010, async () => true),
    ioThreads: 2,
    start: { modules: [], config: {}, networkInterfaces: [], certificates: {} },
    clock,
    log: silentLogger,
    onEvent: () => undefined,
    onLost: () => (lost += 1),
  };
  slot = new WorkerSlot(0, parts);
  await slot.start();
});

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Turns the clock in small steps, so that answers come between them. */
async function pass(ms: number): Promise<void> {
  for (let past = 0; past < ms; past += 500) {
    clock.advance(500);
    await settle();
  }
}

async function die(): Promise<void> {
  launched.at(-1)?.kill();
  await settle();
}

describe("WorkerSlot", () => {
  it("asks for a sign of life each second", async () => {
    await pass(10_000);
    expect(launched[0]?.pings).toBeGreaterThanOrEqual(9);
    expect([slot.isReady, lost]).toEqual([true, 0]);
  });

  it("replaces a worker that is silent for 5 s, not sooner", async () => {
    const [worker] = launched;
    if (worker !== undefined) worker.isMute = true;
    await pass(5500);
    expect(lost).toBe(0);
    await pass(1000);
    expect([lost, slot.isReady, launched.length]).toEqual([1, true, 2]);
  });

  it("fails a call that takes longer than 9 s", async () => {
    const call = slot.request("hang", {});
    const failed = expect(call).rejects.toMatchObject({
      code: 40108,
      message: "Media worker did not answer 'hang' in time",
    });
    await pass(9500);
    await failed;
    expect(slot.isReady).toBe(true);
  });

  it("waits as many times longer as the worker needs", async () => {
    Object.assign(launched[0] ?? {}, { patience: 2 });
    let failed = false;
    slot.request("hang", {}).catch(() => (failed = true));
    await pass(17_500);
    expect(failed).toBe(false);
    await pass(1000);
    expect(failed).toBe(true);
  });

  it("fails calls at once when the worker dies", async () => {
    const call = slot.request("hang", {});
    launched[0]?.kill();
    await expect(call).rejects.toMatchObject({ code: 40108, message: "Media worker died" });
    expect(lost).toBe(1);
    await expect(slot.request("ping", {})).rejects.toMatchObject({ code: 40108 });
  });

  it("waits longer and longer after three deaths in a minute, and is failing meanwhile", async () => {
    for (const _ of [1, 2]) {
      await die();
      await pass(500);
    }
    expect([launched.length, slot.isFailing]).toEqual([3, false]);
    await die();
    await pass(500);
    expect([launched.length, slot.isReady, slot.isFailing]).toEqual([3, false, true]);
    await pass(1000);
    expect(launched.length).toBe(4);
    failures = 1;
    await die();
    await pass(2000);
    expect(launched.length).toBe(4);
    await pass(5000);
    expect([launched.length, slot.isReady]).toEqual([5, true]);
    await pass(61_000);
    expect(slot.isFailing).toBe(false);
  });

  it("tries a start again that fails, with ports that are free then", async () => {
    const taken = new Set<number>();
    const given: unknown[] = [];
    const launcher: WorkerLauncher = {
      launch: async () => {
        const worker = new FakeWorker();
        worker.peer.handle("start", (params) => {
          given.push((params as { host: { ioThreads: unknown } }).host.ioThreads);
          taken.add(50_000);
          if (given.length < 2) throw new Error("address in use");
          return null;
        });
        return worker;
      },
    };
    const ports = new PortAllocator(50_000, 50_010, async (port) => !taken.has(port));
    const other = new WorkerSlot(1, { ...parts, launcher, ports });
    await other.start();
    expect(given).toEqual([
      [
        { udpPort: 50_000, tcpPort: 50_000 },
        { udpPort: 50_001, tcpPort: 50_001 },
      ],
      [
        { udpPort: 50_002, tcpPort: 50_002 },
        { udpPort: 50_001, tcpPort: 50_001 },
      ],
    ]);
  });

  it("gives up after three starts that fail", async () => {
    let starts = 0;
    const launcher: WorkerLauncher = {
      launch: async () => {
        const worker = new FakeWorker();
        worker.peer.handle("start", () => {
          starts += 1;
          throw new Error("no addon");
        });
        return worker;
      },
    };
    await expect(new WorkerSlot(1, { ...parts, launcher }).start()).rejects.toThrow("no addon");
    expect(starts).toBe(3);
  });

  it("is not restarted once closed", async () => {
    const call = slot.close();
    await settle();
    launched[0]?.peer.close();
    await call;
    await pass(5000);
    expect([launched.length, slot.isReady, lost]).toEqual([1, false, 0]);
  });
});

describe("PortAllocator", () => {
  it("gives each port once, the same again on request, and none that is taken", async () => {
    const taken = new Set([50_001]);
    const ports = new PortAllocator(50_000, 50_004, async (port) => !taken.has(port));
    const [first, second] = await Promise.all([ports.ensure(2), ports.ensure(2)]);
    expect([...first, ...second].sort()).toEqual([50_000, 50_002, 50_003, 50_004]);
    expect(await ports.ensure(2, first)).toEqual(first);
    await expect(ports.ensure(1)).rejects.toThrow("no free UDP and TCP port from 50000 to 50004");
  });

  it("finds out whether a port is taken by trying", async () => {
    const socket = createSocket("udp4").bind(0);
    await once(socket, "listening");
    const { port } = socket.address();
    await expect(new PortAllocator(port, port).ensure(1)).rejects.toThrow(
      "no free UDP and TCP port",
    );
    socket.close();
    await once(socket, "close");
    expect(await new PortAllocator(port, port).ensure(1)).toEqual([port]);
  });
});
