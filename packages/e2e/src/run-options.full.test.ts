// Each option of `./kms run` really does what it says. The builds are those that the other parts of the full tier make.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { connectClient } from "./support/kurento.js";
import { OmniRun } from "./support/omni-run.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const REPORTS = join(ROOT, ".nx/kms/valgrind");
// A build from cold, or a start under Valgrind.
const PATIENCE_MS = 1_500_000;

/** The server answers, and media objects can be made in it. */
async function expectToServe({ port }: OmniRun): Promise<void> {
  await using client = await connectClient(`ws://127.0.0.1:${port}/kurento`);
  const pipeline = await client.create("MediaPipeline");
  const endpoint = await pipeline.create("WebRtcEndpoint");
  expect(await endpoint.generateOffer()).toContain("m=video");
}

async function expectMapped(run: OmniRun, ...parts: readonly string[]): Promise<void> {
  const mapped = [...(await run.mapped())].join("\n");
  for (const part of parts) expect(mapped).toContain(part);
}

describe("./kms run", { timeout: PATIENCE_MS }, () => {
  it.each([
    { options: [], libraries: ["core/build/Debug/libkmscore"] },
    { options: ["--release"], libraries: ["core/build/RelWithDebInfo/libkmscore"] },
    { options: ["--release", "--jemalloc"], libraries: ["libjemalloc.so.2"] },
    {
      options: ["--address-sanitizer", "--undefined-sanitizer"],
      libraries: ["core/build/RelWithDebInfo-asan/libkmscore", "libasan.so", "libubsan.so"],
    },
    {
      options: ["--thread-sanitizer"],
      libraries: ["core/build/RelWithDebInfo-tsan/libkmscore", "libtsan.so"],
    },
    { options: ["--clang"], libraries: ["core/build/Debug-clang/libkmscore"] },
  ])("$options serves with $libraries", async ({ options, libraries }) => {
    await using run = await OmniRun.start(...options);
    await expectToServe(run);
    await expectMapped(run, ...libraries);
    expect(await run.stop()).toBe(0);
  });

  it("--clang builds with clang", () => {
    const library = join(ROOT, "packages/core/build/Debug-clang/libkmscore.so.0");
    const comment = execFileSync("readelf", ["-p", ".comment", library], { encoding: "utf8" });
    expect(comment).toContain("clang");
  });

  it("--gdb has the server as GDB's child", async () => {
    await using run = await OmniRun.start("--release", "--gdb");
    await expectToServe(run);
    const processes = await run.processes("packages/server/dist/main.js");
    const statuses = await Promise.all(
      processes.map((pid) => readFile(`/proc/${pid}/status`, "utf8")),
    );
    const tracers = statuses.flatMap((text) => /^TracerPid:\s*([1-9]\d*)/m.exec(text)?.[1] ?? []);
    expect(tracers).toHaveLength(1);
    expect(await readFile(`/proc/${tracers[0]}/comm`, "utf8")).toBe("gdb\n");
  });

  it.each([
    { tool: "memcheck", file: /^memcheck-\d+\.log$/, text: "LEAK SUMMARY" },
    { tool: "massif", file: /^massif-\d+\.out$/, text: "heap_tree=" },
    { tool: "callgrind", file: /^callgrind-\d+\.out/, text: "libkmscore" },
  ])("--valgrind-$tool leaves its report", async ({ tool, file, text }) => {
    await rm(REPORTS, { recursive: true, force: true });
    await using run = await OmniRun.start(`--valgrind-${tool}`);
    await expectToServe(run);
    await run.stop();
    const [report = ""] = (await readdir(REPORTS)).filter((name) => file.test(name));
    expect(await readFile(join(REPORTS, report), "utf8")).toContain(text);
  });

  it("hands on what it does not know, and the environment", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kms-run-logs-"));
    const options = ["--logs-path", folder, "--log-file-size", "1", "--number-log-files", "2"];
    {
      await using run = await OmniRun.start("--release", ...options, "--gst-debug=kms*:6");
      await expectToServe(run);
    }
    expect(await readdir(folder)).toContain("errors.log");
    await rm(folder, { recursive: true });
  });

  it("--build-only stops before the server starts, and --verbose shows the commands", () => {
    const options = ["run", "--release", "--build-only", "--verbose"];
    const env = { ...process.env, KMS_SKIP_PACKAGES: "1" };
    const output = execFileSync("./kms", options, { cwd: ROOT, env, encoding: "utf8" });
    expect(output).toContain("Successfully ran target build");
    expect(output).not.toContain("==> Server");
  });
});
