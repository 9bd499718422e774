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

const libraries = ["log", "system", "node", "run", "clean"]
  .map((name) => `. tools/omni/lib/${name}.sh`)
  .join("; ");
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
    expect(stdout).toContain("./kms test [--full | --clean-room]");
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

describe("the options of run and build", () => {
  /** @param {string[]} options @param {string} shows what is printed of the result */
  const parse = (options, shows) =>
    withLibraries(`parse_run_options "$@"; printf %s "${shows}"`, ...options);
  const build = "$KMS_BUILD_TYPE ${KMS_COMPILER:-gcc} ${KMS_SANITIZE:-none}";

  it.each([
    [[], "Debug gcc none"],
    [["--release"], "RelWithDebInfo gcc none"],
    [["--clang", "--release"], "RelWithDebInfo clang none"],
    [["--address-sanitizer"], "RelWithDebInfo gcc address"],
    [["--undefined-sanitizer", "--address-sanitizer"], "RelWithDebInfo gcc address,undefined"],
    [["--thread-sanitizer"], "RelWithDebInfo gcc thread"],
    [["--valgrind-massif"], "RelWithDebInfo gcc none"],
    [["--gdb"], "Debug gcc none"],
  ])("%j build %s", (options, expected) => {
    expect(parse(options, build).stdout).toBe(expected);
  });

  it("leave to the server what they do not know, in its order", () => {
    const args = "${KMS_SERVER_ARGS[*]}";
    const options = ["--gst-debug-level=3", "--release", "-d", "/tmp/logs", "--", "--gdb"];
    expect(parse(options, args).stdout).toBe("--gst-debug-level=3 -d /tmp/logs --gdb");
  });

  it.each([
    [["--thread-sanitizer", "--address-sanitizer"], "--address-sanitizer cannot be had"],
    [["--gdb", "--valgrind-massif"], "--gdb and --valgrind-massif cannot be had together"],
    [["--valgrind-memcheck", "--jemalloc"], "jemalloc and Valgrind cannot be had together"],
    [["--address-sanitizer", "--jemalloc"], "the address sanitizer and jemalloc cannot"],
  ])("%j cannot be combined", (options, problem) => {
    const { status, stderr } = parse(options, "");
    expect(status).toBe(1);
    expect(stderr).toContain(problem);
  });

  it.each([
    ["--relase", "build: unknown option --relase"],
    ["--jemalloc", "build: --jemalloc is for ./kms run"],
  ])("refuse for build what only a server understands: %s", (option, problem) => {
    const { status, stderr } = bash(`./kms build ${option}`);
    expect(status).toBe(1);
    expect(stderr).toContain(problem);
  });

  it("ask for the packages of the tools that they name", () => {
    const purposes = (/** @type {string[]} */ ...options) =>
      withLibraries('parse_run_options "$@"; run_purposes | xargs', ...options).stdout.trim();
    expect(purposes()).toBe("build run");
    expect(purposes("--gdb", "--clang")).toBe("build run gdb clang");
    expect(purposes("--valgrind-callgrind")).toBe("build run valgrind");
    expect(purposes("--jemalloc")).toBe("build run jemalloc");
  });

  it.each([
    ["--gdb", "gdb -q"],
    ["--valgrind-memcheck", "valgrind --tool=memcheck"],
    ["--valgrind-massif", "valgrind --tool=massif"],
    ["--valgrind-callgrind", "valgrind --tool=callgrind"],
  ])("%s puts the server in one process under its tool", (option, tool) => {
    const under =
      'KMS_STATE=$(mktemp -d); parse_run_options "$@"; server_under "" node main.js -d x';
    const { stdout } = withLibraries(
      `${under}; printf "%s\\n" "$(echo "\${KMS_COMMAND_LINE[@]}")"`,
      option,
    );
    const line = stdout.trim().split("\n").at(-1);
    expect(line).toMatch(new RegExp(`^${tool} .*node main.js -d x --workers 0$`));
  });
});

describe("what is loaded before the server", () => {
  /** @param {string[]} options */
  const commandLine = (...options) =>
    withLibraries(
      `parse_run_options "$@"; server_under "LD_PRELOAD=$(preloaded | xargs)" node main.js; printf "%s " "\${KMS_COMMAND_LINE[@]}"`,
      ...options,
    ).stdout;

  it("is jemalloc, for the server alone", () => {
    expect(commandLine("--jemalloc")).toBe("env LD_PRELOAD=libjemalloc.so.2 node main.js ");
  });

  it("is what finds races, under GDB for the server and not for GDB", () => {
    const line = commandLine("--thread-sanitizer", "--gdb");
    expect(line).toMatch(/^gdb -q -ex set environment LD_PRELOAD \/\S+libtsan\.so /);
  });

  it("is a runtime for each kind of error with GCC", () => {
    const line = commandLine("--address-sanitizer", "--undefined-sanitizer");
    expect(line).toMatch(/LD_PRELOAD=\S+libasan\.so \S+libubsan\.so node/);
  });
});

describe("the package list", () => {
  it("has only lines of the documented form", () => {
    const lines = readFileSync(join(workspaceRoot, "tools/packages.txt"), "utf8").split("\n");
    const entries = lines.filter((line) => line !== "" && !line.startsWith("#"));
    expect(entries.length).toBeGreaterThan(20);
    for (const entry of entries) {
      expect(entry).toMatch(
        /^(build|run|test|full|clang|coverage|deb|debug|gdb|jemalloc|valgrind) +[a-z0-9.+-]+( +(debian|ubuntu|optional))*$/,
      );
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
