// @ts-check
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.js";

/**
 * @param {string} script
 * @param {string[]} args
 */
function bash(script, ...args) {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", ...args], {
    cwd: workspaceRoot,
    encoding: "utf8",
    env: { ...process.env, KMS_ROOT: workspaceRoot, KMS_STATE: "/nonexistent", KMS_COMMAND: "run" },
  });
  return { stdout, stderr, status };
}

const libraries = ["log", "system", "node"].map((name) => `. tools/omni/lib/${name}.sh`).join("; ");
/**
 * @param {string} call
 * @param {string[]} args
 */
const withLibraries = (call, ...args) => bash(`${libraries}; ${call}`, ...args);

describe("./kms", () => {
  it("explains itself", () => {
    const { stdout, status } = bash("./kms --help");
    expect(status).toBe(0);
    expect(stdout).toContain("ws://localhost:8888/kurento");
    expect(stdout).toContain("./kms test [--full]");
  });

  it("names a command that it does not know", () => {
    const { stderr, status } = bash("./kms fly");
    expect(status).not.toBe(0);
    expect(stderr).toContain('"fly" is no command');
    expect(stderr).toContain("./kms --help");
  });

  it("prints its usage and fails without a command", () => {
    expect(bash("./kms")).toMatchObject({ status: 2, stdout: "" });
  });

  it("refuses an unknown option of test before it runs anything", () => {
    const { stderr, status } = bash("node tools/omni/src/test.js --ful");
    expect(status).toBe(2);
    expect(stderr).toContain('unknown option "--ful"');
  });
});

describe("the package list", () => {
  it("has only lines of the documented form", () => {
    const lines = readFileSync(join(workspaceRoot, "tools/packages.txt"), "utf8").split("\n");
    const entries = lines.filter((line) => line !== "" && !line.startsWith("#"));
    expect(entries.length).toBeGreaterThan(20);
    for (const entry of entries) {
      expect(entry).toMatch(/^(build|run|test|full) +[a-z0-9.+-]+( +(debian|ubuntu|optional))*$/);
    }
  });

  it("gives the packages of the purposes asked for, and of the distribution", () => {
    const debian = withLibraries("wanted_packages debian test").stdout.split("\n");
    expect(debian).toContain("chromium required");
    expect(debian).toContain("clang-format-19 optional");
    expect(debian.join()).not.toContain("cmake");
    expect(withLibraries("wanted_packages ubuntu test").stdout).not.toContain("chromium");
    expect(withLibraries("wanted_packages debian build run").stdout).toContain(
      "libssl-dev required",
    );
  });

  it("names what is missing and the command that installs it where it cannot itself", () => {
    const { stderr, status } = withLibraries(
      "id() { echo 1000; }; is_installed() { [ $1 != cmake ] && [ $1 != libssl-dev ]; }; ensure_packages build",
    );
    expect(status).toBe(1);
    expect(stderr).toContain("system packages are missing: cmake libssl-dev");
    expect(stderr).toContain("apt-get install --yes --no-install-recommends cmake libssl-dev");
  });

  it("is satisfied without root where nothing is missing", () => {
    const { status } = withLibraries(
      "id() { echo 1000; }; is_installed() { true; }; ensure_packages build run test",
    );
    expect(status).toBe(0);
  });
});

describe("the parts of ./kms", () => {
  it.each([
    ["20.17.0", "20.17", 0],
    ["22.23.1", "20.17", 0],
    ["20.9.0", "20.17", 1],
    ["18.20.4", "20.17", 1],
    ["", "20.17", 1],
  ])("compares version %s with the minimum %s", (version, minimum, status) => {
    expect(withLibraries('at_least "$1" "$2"', version, minimum).status).toBe(status);
  });

  it("shows the end of a failed step's output and what to do", () => {
    const { stderr, status } = withLibraries(
      'KMS_STATE=$(mktemp -d); quietly step "Do this." sh -c "echo the reason; exit 3"; echo not reached',
    );
    expect(status).toBe(1);
    expect(stderr).toContain("the reason");
    expect(stderr).toContain("Do this.");
  });
});
