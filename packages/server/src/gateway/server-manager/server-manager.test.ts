import { coreModule, silentLogger, TypeRegistry } from "@kms/core";
import { describe, expect, it } from "vitest";

import { processClock } from "../../process-clock.js";
import { ServerManager } from "./server-manager.js";

/** A manager whose clock waits for nothing, and how long it was asked to wait. */
function managerWithWaits(): { manager: ServerManager; waits: number[] } {
  const waits: number[] = [];
  const clock = {
    ...processClock,
    wallTimeMs: () => processClock.wallTimeMs(),
    after: (ms: number, action: () => void) => {
      waits.push(ms);
      setImmediate(action);
      return () => undefined;
    },
  };
  const registry = new TypeRegistry([coreModule]);
  const manager = new ServerManager(
    {
      id: "manager_ServerManager",
      parent: undefined,
      registry,
      clock,
      log: silentLogger,
      emit: () => undefined,
    },
    {
      version: "7.3.0",
      modules: [],
      metadata: '{"a":1}',
      unbuilt: () => [],
      pipelineIds: () => [],
      sessionIds: () => ["a", "b"],
      pids: () => [process.pid],
    },
  );
  return { manager, waits };
}

describe("ServerManager", () => {
  it.each([
    [-5, 0],
    [0, 0],
    [1000, 1000],
    [2 ** 31 - 1, 9000],
  ])("measures CPU use over %i ms as %i ms", async (interval, waited) => {
    const { manager, waits } = managerWithWaits();
    expect(await manager.getUsedCpu(interval)).toBeGreaterThanOrEqual(0);
    expect(waits).toEqual([waited]);
  });

  it("lists sessions behind as many empty texts, as clients know it", () => {
    const { manager } = managerWithWaits();
    expect(manager.getSessions()).toEqual(["", "", "a", "b"]);
    expect(manager.getMetadata()).toBe('{"a":1}');
  });
});
