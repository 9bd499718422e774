import process from "node:process";

import { silentLogger } from "@kms/core";
import { describe, expect, it, vi } from "vitest";

import { TestGateway } from "../testing/test-gateway.js";
import { KillLimit } from "./kill-limit.js";

// Every process has some open files.
const exceeded = 1e-6;

describe("the kill limit", () => {
  const make = (fraction: number | undefined, isIdle: () => boolean, terminate: () => void) =>
    new KillLimit({ fraction, pids: () => [process.pid], isIdle, terminate, log: silentLogger });

  it.each<[string, number | undefined, boolean, number]>([
    ["it is exceeded and nothing is left", exceeded, true, 1],
    ["objects are left", exceeded, false, 0],
    ["it is not exceeded", 1, true, 0],
    ["there is none", undefined, true, 0],
  ])("when %s", async (_, fraction, isIdle, times) => {
    const terminate = vi.fn();
    await make(fraction, () => isIdle, terminate).check();
    expect(terminate).toHaveBeenCalledTimes(times);
  });

  it("spares a server that got an object while it was checked", async () => {
    const terminate = vi.fn();
    const answers = [true, false];
    await make(exceeded, () => answers.shift() ?? false, terminate).check();
    expect(terminate).not.toHaveBeenCalled();
  });

  it("ends a gateway when the last object goes", async () => {
    const terminate = vi.fn();
    const resources = { killLimit: exceeded };
    await using server = await TestGateway.start({ terminate, mediaServer: { resources } });
    const client = await server.connect();
    const pipelines = [await client.create("MediaPipeline"), await client.create("MediaPipeline")];
    await client.request("release", { object: pipelines[0] });
    await client.request("ping", {});
    expect(terminate).not.toHaveBeenCalled();
    await client.request("release", { object: pipelines[1] });
    await expect.poll(() => terminate.mock.calls.length).toBe(1);
  });
});
