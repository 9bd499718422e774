// @ts-check
/** What ./kms says, in one line and before it changes anything, when something is wrong with the machine; with its programs replaced. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.js";

/** @type {string} with programs that come first in PATH */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kms-bad-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "state"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param {string} name @param {string} script */
function program(name, script) {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

/** @param {string} call */
function kms(call) {
  const libraries = ["log", "system", "node", "run"]
    .map((name) => `. tools/omni/lib/${name}.sh`)
    .join("; ");
  const { stdout, stderr, status } = spawnSync("bash", ["-euc", `${libraries}; ${call}`], {
    cwd: workspaceRoot,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${folder}/bin:${process.env["PATH"]}`,
      ...{ KMS_ROOT: workspaceRoot, KMS_STATE: join(folder, "state"), KMS_COMMAND: "run" },
      KMS_SKIP_PACKAGES: "",
    },
  });
  // Colours and the mark of a problem are for people.
  const problem = /kms: (.*?)(?:\u001b|\n)/.exec(stderr)?.[1];
  return { stdout, stderr, status, problem };
}

describe("a Node that is too old", () => {
  it("is replaced, and where that does not help, named with its place", () => {
    program("node", "echo v18.19.0");
    program(
      "npm",
      'case "$1" in --version) echo 9.2.0 ;; *) echo "$*" >>"$KMS_STATE/npm.log" ;; esac',
    );
    const { problem, stderr, status } = kms("ensure_node");
    expect(status).toBe(1);
    expect(problem).toBe(`node is still v18.19.0 (${folder}/bin/node)`);
    expect(stderr).toContain("Put the new one first in PATH");
    expect(readFileSync(join(folder, "state/npm.log"), "utf8")).toContain("node@22");
  });
});

describe("a network that is not there", () => {
  it("is said of apt, before a package is installed", () => {
    program("id", "echo 0");
    program("dpkg-query", "exit 1");
    program(
      "apt-get",
      'echo "$*" >>"$KMS_STATE/apt.log"; echo "Could not resolve deb.debian.org"; exit 100',
    );
    const { problem, stderr, status } = kms("ensure_packages build");
    expect(status).toBe(1);
    expect(problem).toMatch(/^apt-update failed; the whole output is in /);
    expect(stderr).toContain("Could not resolve deb.debian.org");
    expect(stderr).toContain("Is the network there");
    expect(readFileSync(join(folder, "state/apt.log"), "utf8")).toBe("update -q\n");
    expect(existsSync(join(folder, "state/installed-packages"))).toBe(false);
  });

  it("is said of npm's registry", () => {
    program("node", "echo v18.19.0");
    program(
      "npm",
      'case "$1" in --version) echo 9.2.0 ;; *) echo "ENOTFOUND registry.npmjs.org"; exit 1 ;; esac',
    );
    const { problem, stderr, status } = kms("ensure_node");
    expect(status).toBe(1);
    expect(problem).toMatch(/^npm-node failed/);
    expect(stderr).toContain("Is the npm registry reachable?");
    expect(existsSync(join(folder, "state/installed-npm"))).toBe(false);
  });
});

describe("another system", () => {
  it("is named, with what to install by hand", () => {
    const { problem, stderr, status } = kms(
      '.() { if [ "$1" = /etc/os-release ]; then ID=fedora; ID_LIKE=rhel; else builtin . "$1"; fi; }; distribution',
    );
    expect(status).toBe(1);
    expect(problem).toBe("this system (fedora) is neither Debian nor Ubuntu");
    expect(stderr).toContain("KMS_SKIP_PACKAGES=1 ./kms run");
  });
});

describe("the runtime of a sanitizer that is not installed", () => {
  it("is named before the server starts", () => {
    program("gcc", 'echo "${1#-print-file-name=}"');
    const { problem, status } = kms("KMS_SANITIZE=address; preloaded");
    expect(status).toBe(1);
    expect(problem).toBe("the runtime of the address sanitizer is missing: libasan.so");
  });
});

describe("a project that does not exist", () => {
  it.each(["coverage.js", "alone.js"])("is named by %s", (script) => {
    const { stderr, status } = spawnSync("node", [`tools/omni/src/${script}`, "kms-jsonrcp"], {
      cwd: workspaceRoot,
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain("there is no project");
    expect(stderr).toContain("kms-jsonrcp");
    expect(stderr).toContain("pnpm nx show projects lists them");
  });
});
