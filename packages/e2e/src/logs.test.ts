import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KurentoConnection } from "kurento-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectClient } from "./support/kurento.js";
import { Server } from "./support/server.js";

const MEGABYTE = 1024 * 1024;
const LINE =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6} {2}(\d+) {2}0x[0-9a-f]{16} {2} {0,4}(error|warning|fixme|info|debug|log|trace) {2}(\S+) {2}\S*:\d+ {2}.*\(\) {2}(<\S+> )?.*$/;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-e2e-logs-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function logFiles(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== "errors.log").sort();
}

async function logLines(): Promise<string[]> {
  const texts = (await logFiles()).map((name) => readFile(join(folder, name), "utf8"));
  return (await Promise.all(texts)).join("").split("\n").slice(0, -1);
}

async function fileSizes(): Promise<number[]> {
  const stats = await Promise.all((await logFiles()).map((name) => stat(join(folder, name))));
  return stats.map(({ size }) => size);
}

/** Whether a line is of that process and category. */
function isOf(pid: number, category: string): (line: string) => boolean {
  return (line) => {
    const [, process, , name] = LINE.exec(line) ?? [];
    return process === String(pid) && name === category;
  };
}

// The client must be gone before the server, to which it would try to come back.
async function withClient<T>(
  server: Server,
  work: (client: KurentoConnection) => Promise<T>,
): Promise<T> {
  await using client = await connectClient(server.url);
  return await work(client);
}

describe("the logs of a server", () => {
  it("are files in Kurento's format with the lines of all processes, rotated by size", async () => {
    const server = await Server.start({
      args: ["--workers", "2", "-d", folder, "-s", "1", "-n", "2", "--gst-debug-no-color"],
      env: { GST_DEBUG: "4,Kurento*:6" },
    });
    const workers = await server.workers();
    await withClient(server, async (client) => {
      // More than the files may hold: each request is there as message, request and response.
      const pipeline = await client.create("MediaPipeline");
      for (let i = 0; i < 100; i += 1) await pipeline.setName("n".repeat(20_000));
      await pipeline.create("PassThrough");
      await pipeline.release();
    });
    expect(await server.stop()).toBe(0);

    const files = await logFiles();
    const pattern = new RegExp(String.raw`^\d{4}-\d\d-\d\dT\d{6}\.\d{5}\.pid${server.pid}\.log$`);
    for (const name of files) expect(name).toMatch(pattern);
    expect(files.at(-1)).not.toContain(".00000.");
    const sizes = await fileSizes();
    console.log("log files:", files, sizes);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MEGABYTE);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2 * MEGABYTE);

    const lines = await logLines();
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    expect(lines.some(isOf(server.pid, "KurentoWebSocketTransport"))).toBe(true);
    expect(lines.some(isOf(server.pid, "KurentoServerMethods"))).toBe(true);
    expect(lines.some(isOf(server.pid, "KurentoRequestCache"))).toBe(true);
    const made = lines.filter((line) => / <\S+kurento\.PassThrough> created/.test(line));
    expect(made.some(isOf(server.pid, "KurentoMediaSet"))).toBe(true);
    expect(workers.some((pid) => made.some(isOf(pid, "KurentoPassThroughImpl")))).toBe(true);
    expect(lines.at(-1)).toMatch(/Kurento Media Server stopped$/);
    expect(server.output).not.toContain("KurentoServerMethods");
  });

  it("have GStreamer's own lines, by the levels of GST_DEBUG", async () => {
    const server = await Server.start({
      args: ["--workers", "1", "-d", folder, "--gst-debug=GST_INIT:4"],
      env: { GST_DEBUG: "1" },
    });
    const [worker = 0] = await server.workers();
    expect(await server.stop()).toBe(0);
    const lines = await logLines();
    expect(lines.filter(isOf(worker, "GST_INIT"))).not.toEqual([]);
    const others = lines.filter((line) => LINE.exec(line)?.[3] !== "GST_INIT");
    expect(others.filter((line) => LINE.exec(line)?.[2] !== "error")).toEqual([]);
  });

  it("go to standard error when there is no directory, or it cannot be used", async () => {
    const path = join(folder, "file");
    await writeFile(path, "");
    const server = await Server.start({ args: ["--workers", "0", "-d", path] });
    expect(await server.stop()).toBe(0);
    expect(server.output).toMatch(/ warning {2}KurentoMediaServer .*Cannot set logs storage path/);
    expect(server.output).toContain("info  KurentoWorkerPool");
    expect(server.output).toMatch(
      / info {2}KurentoRouter {2}thread-context\.cpp:\d+ {2}start\(\) {2}I\/O thread 0 listens on UDP \d+ and TCP \d+/,
    );
  });

  it("of a worker that is killed are there to its last line", async () => {
    const server = await Server.start({
      args: ["--workers", "1", "-d", folder],
      env: { GST_DEBUG: "1,KurentoMediaObjectImpl:5,KurentoPassThroughImpl:5" },
    });
    const [worker = 0] = await server.workers();
    const element = await withClient(server, async (client) => {
      const pipeline = await client.create("MediaPipeline");
      return pipeline.create("PassThrough");
    });
    process.kill(worker, "SIGKILL");
    const isThere = async (): Promise<boolean> =>
      (await logLines()).some(
        (line) =>
          isOf(worker, "KurentoPassThroughImpl")(line) && line.endsWith(`<${element.id}> created`),
      );
    await expect.poll(isThere).toBe(true);
    expect(await server.stop()).toBe(0);
  });
});
