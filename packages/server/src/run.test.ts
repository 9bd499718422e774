import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The compiled program, as its users start it.
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Run {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-run-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function configuration(content: unknown): Promise<string> {
  const file = join(folder, `${randomUUID()}.conf.json`);
  await writeFile(file, JSON.stringify(content));
  return file;
}

// Each starts programs one after the other.
describe("kurento-media-server", { timeout: 30_000 }, () => {
  it("tells its version and its modules", async () => {
    const { code, out } = await run("--gst-debug=3", "--version");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Kurento Media Server version: \d+\.\d+\.\d+\nFound modules:\n\t'core' version \d/,
    );
  });

  it("lists what can be created, bare and qualified", async () => {
    const { code, out } = await run("-l");
    expect(code).toBe(0);
    const [title, ...factories] = out.trimEnd().split("\n");
    expect(title).toBe("Available factories:");
    expect(factories).toEqual(
      expect.arrayContaining(["\tMediaPipeline", "\tkurento.MediaPipeline"]),
    );
    expect(factories).toEqual([...factories].sort());
    expect(out).not.toContain("ServerManager");
  });

  it("explains its options", async () => {
    const { code, out } = await run("-h");
    expect([code, out.includes("--conf-file")]).toEqual([0, true]);
  });

  it("ends with 1 for a wrong option or configuration", async () => {
    expect(await run("--workers", "x")).toEqual({
      code: 1,
      out: "",
      err: "Error : the argument ('x') for option '--workers' is invalid\n",
    });
    const missing = await run("-f", join(folder, "missing.json"));
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/^Error reading configuration: .*missing\.json/m),
    ]);
    const noListener = await run(
      "-f",
      await configuration({ mediaServer: { net: { websocket: {} } } }),
    );
    expect([noListener.code, noListener.err]).toEqual([
      1,
      expect.stringContaining("'mediaServer.net.websocket.port'"),
    ]);
  });
});
