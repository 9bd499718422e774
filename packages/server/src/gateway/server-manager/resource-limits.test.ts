import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";

import { ManualClock } from "@kms/core/jsonrpc";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { TestGateway } from "../../testing/test-gateway.js";
import { checkResources, ResourceCheck } from "./resource-limits.js";

/** Soft limit of open files of the process under test. */
const maxFiles = 20;

describe("resource limits", () => {
  let child: ChildProcess;

  beforeEach(async () => {
    child = spawn("sh", ["-c", `ulimit -S -n ${maxFiles}; echo set; cat`], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    if (child.stdout !== null) await once(child.stdout, "data");
  });
  afterEach(() => {
    child.kill();
  });

  it("refuse when a process, a worker for one, has too many files open", async () => {
    const pids = [child.pid ?? 0];
    await checkResources(pids, 0.9);
    await expect(checkResources(pids, 0.1)).rejects.toMatchObject({
      code: 40009,
      type: "NOT_ENOUGH_RESOURCES",
      message: "Reached KMS files limit: 2",
    });
  });

  it("do not count processes that are gone", async () => {
    const closed = once(child, "exit");
    child.kill();
    await closed;
    await checkResources([child.pid ?? 0, process.pid], 0.9);
  });

  it("are read once for all who ask within a tenth of a second", async () => {
    const clock = new ManualClock();
    let reads = 0;
    const check = new ResourceCheck(clock, async () => {
      reads += 1;
      if (reads > 1) throw new Error("too many");
    });
    await check.run();
    clock.advance(99);
    await check.run();
    expect(reads).toBe(1);
    clock.advance(1);
    await expect(check.run()).rejects.toThrow("too many");
    await expect(check.run()).rejects.toThrow("too many");
    expect(reads).toBe(2);
  });

  it("are looked at by create only, after the type and before the parameters", async () => {
    await using server = await TestGateway.start({
      mediaServer: { resources: { exceptionLimit: 1e-9 } },
    });
    const client = await server.connect();
    const create = async (type: string): Promise<unknown> =>
      (await client.request("create", { type }))["error"];
    expect(await create("NoSuch")).toMatchObject({ code: 40108 });
    expect(await create("PassThrough")).toMatchObject({
      code: 40009,
      message: expect.stringMatching(/^Reached KMS (threads|files) limit: 0$/),
    });
    expect(await client.invoke("manager_ServerManager", "getPipelines")).toEqual([]);
  });
});
