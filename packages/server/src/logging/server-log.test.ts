import { writeSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PassThrough } from "node:stream";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ServerLog } from "./server-log.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-log-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

function open(path: string | undefined, color: "on" | "off" = "off"): ServerLog {
  const gst = { list: "4", color };
  return ServerLog.open({ path, fileSizeMb: 1, fileCount: 2, gst });
}

function captureStderr(): string[] {
  const texts: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text, ...others: unknown[]) => {
    texts.push(String(text));
    const done: unknown = others.at(-1);
    if (typeof done === "function") done();
    return true;
  });
  return texts;
}

describe("the server's log", () => {
  it("has the lines of all processes in its files", async () => {
    const log = open(folder);
    const worker = new PassThrough();
    log.attach(worker);
    log.logger.info("from the gateway");
    worker.end("from a worker\n");
    await log.close();
    const [file = ""] = (await readdir(folder)).filter((name) => name !== "errors.log");
    const text = await readFile(join(folder, file), "utf8");
    expect(text.split("\n").map((line) => /from.*/.exec(line)?.[0])).toEqual(
      expect.arrayContaining(["from the gateway", "from a worker"]),
    );
  });

  it("begins each execution in errors.log, the workers' standard error", async () => {
    await open(folder).close();
    const log = open(folder);
    expect(log.errorsPath).toBe(join(folder, "errors.log"));
    writeSync(log.stderr, "crash\n");
    await log.close();
    const start = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z -- New execution\n`;
    expect(await readFile(join(folder, "errors.log"), "utf8")).toMatch(
      new RegExp(`^${start}${start}crash\n$`),
    );
  });

  it("falls back to standard error with a warning", async () => {
    const path = join(folder, "file");
    await writeFile(path, "");
    const texts = captureStderr();
    const log = open(path);
    log.logger.info("still heard");
    await log.close();
    const text = texts.join("");
    expect(text).toContain(`warning  KurentoMediaServer  server-log.ts`);
    expect(text).toContain(`Cannot set logs storage path to ${path}`);
    expect(text).toContain("still heard");
    expect([log.errorsPath, log.stderr]).toEqual([undefined, 2]);
  });

  it("goes to standard error without a path, coloured when asked for", async () => {
    const texts = captureStderr();
    const log = open(undefined, "on");
    log.logger.info("x");
    await log.close();
    expect(texts.join("")).toContain("\u001b[32m   info\u001b[0m");
    expect(log.env).toEqual({ GST_DEBUG: "4", GST_DEBUG_NO_COLOR: undefined, KMS_LOG_FD: "3" });
    expect(open(undefined).env).toMatchObject({ GST_DEBUG_NO_COLOR: "1" });
  });
});
