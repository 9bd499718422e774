// @ts-check
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCommandLine } from "./command-line.js";

describe("the command line", () => {
  it("has modules and options", () => {
    const options = readCommandLine(["kms-core", "--repo", "r", "--release", "core"], "/home/me");
    expect(options).toMatchObject({
      modules: ["kms-core", "core"],
      repo: "/home/me/r",
      isRelease: true,
      isDirtyAllowed: false,
    });
    expect(options.out).toBeUndefined();
  });

  it.each([
    [["--relase"], "Unknown option '--relase'"],
    [["--repo"], "Option '--repo <value>' argument missing"],
    [["--timestamp", "today"], "It has fourteen digits: YYYYMMDDhhmmss"],
  ])("refuses %j in one line", (args, problem) => {
    expect(() => readCommandLine(args, "/")).toThrow(problem);
    expect(() => readCommandLine(args, "/")).not.toThrow("\n");
  });
});

describe("./kms deb", { timeout: 60_000 }, () => {
  it("says what is wrong in one line, and ends with 1", () => {
    const main = fileURLToPath(new URL("main.js", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [main, "kms-fly"], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^kms deb: no module is called "kms-fly"\. There are [a-z, -]+$/);
  });
});
