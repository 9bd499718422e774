import { access, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectClient } from "./support/kurento.js";
import { Server, threads } from "./support/server.js";

// Sanitizers would deal with the signal before our handler does.
const ENV = { ASAN_OPTIONS: "detect_leaks=0:halt_on_error=1:handle_segv=0" };
// Upon SIGUSR2, calls `(func (result i32) (i32.load (i32.const -4)))`, which V8 finds out about by a SIGSEGV.
const TRAP = `
  const module = new WebAssembly.Module(Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0,
    10, 9, 1, 7, 0, 65, 124, 40, 2, 0, 11,
  ]));
  process.on("SIGUSR2", () => {
    try {
      new WebAssembly.Instance(module).exports.f();
    } catch (error) {
      console.log("trapped: " + error);
    }
  });`;
const DEADLINE_MS = 20_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-e2e-crash-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function isAlive(pid: number): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  );
}

async function errorsLog(): Promise<string> {
  return readFile(join(folder, "errors.log"), "utf8");
}

describe("a media worker that crashes", () => {
  it("leaves the stacks of all its threads in errors.log, and the server lives on", async () => {
    const server = await Server.start({ args: ["--workers", "2", "-d", folder], env: ENV });
    const [doomed = 0] = await server.workers();
    const doomedThreads = await threads(doomed);
    const begunMs = performance.now();
    process.kill(doomed, "SIGSEGV");
    await expect.poll(() => isAlive(doomed), { timeout: DEADLINE_MS }).toBe(false);
    console.log(`traced and gone after ${Math.round(performance.now() - begunMs)} ms`);

    const text = await errorsLog();
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z -- New execution\n/);
    expect(text).toContain(`*** SIGSEGV in process ${doomed}, thread ${doomed}, sent by process`);
    expect(text).toContain(` -- Stack traces of process ${doomed} after SIGSEGV\n`);
    expect(text).toContain(`Thread ${doomed} "node" crashed\n`);
    for (const thread of doomedThreads)
      expect(text).toMatch(new RegExp(`^Thread ${thread} "`, "m"));
    expect(text).toMatch(
      /"kms-io-0"\n(?: {2}#.*\n)* {2}#\d+ +0x[0-9a-f]{16} kms::io::IoThread::\w+\(\) at \S+io-thread\.cpp:\d+ in libkmscore/,
    );

    {
      await using client = await connectClient(server.url);
      const pipeline = await client.create("MediaPipeline");
      const endpoint = await pipeline.create("WebRtcEndpoint");
      expect(await endpoint.generateOffer()).toContain("m=video");
    }
    await expect.poll(async () => (await server.workers()).length).toBe(2);
    expect(await server.stop()).toBe(0);
  });

  it("leaves a core where the limit allows one and the system keeps cores in files", async () => {
    const command = ["env", `--chdir=${folder}`, "prlimit", "--core=unlimited:unlimited"];
    const server = await Server.start({
      command,
      args: ["--workers", "1", "-d", folder],
      env: ENV,
    });
    const [doomed = 0] = await server.workers();
    expect(await readFile(`/proc/${doomed}/limits`, "utf8")).toMatch(
      /Max core file size +unlimited/,
    );
    process.kill(doomed, "SIGSEGV");
    await expect.poll(() => isAlive(doomed), { timeout: DEADLINE_MS }).toBe(false);
    const pattern = await readFile("/proc/sys/kernel/core_pattern", "utf8");
    const isFileHere = !/^[|/]/.test(pattern);
    const cores = (await readdir(folder)).filter((name) => name.startsWith("core"));
    expect(cores).toHaveLength(isFileHere ? 1 : 0);
    expect(await server.stop()).toBe(0);
  });

  it("writes them to standard error without a logs path, also inside the one process", async () => {
    const server = await Server.start({ args: ["--workers", "0"], env: ENV });
    process.kill(server.pid, "SIGABRT");
    await server.printed(` -- Stack traces of process ${server.pid} after SIGABRT`);
    await server.stop();
    expect(server.output).toContain(`*** SIGABRT in process ${server.pid}`);
    expect(server.output).toMatch(/"kms-io-0"\n/);
  });

  it("is not what a trap of WebAssembly is: that stays an error of the program", async () => {
    const script = join(folder, "trap.mjs");
    await writeFile(script, TRAP);
    const env = { ...ENV, NODE_OPTIONS: `--import=${script}` };
    const server = await Server.start({ args: ["--workers", "0"], env });
    process.kill(server.pid, "SIGUSR2");
    await server.printed("trapped: RuntimeError: memory access out of bounds");
    expect(await server.stop()).toBe(0);
    expect(server.output).not.toContain("***");
  });
});
