// The scripts behind `nx check`, `nx valgrind` and `nx unit`, on small packages whose tests fail.
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const UTILS = join(ROOT, "packages/cmake-utils");

let folder: string;
beforeEach(async () => {
  // Inside the workspace, so that the tests in it find vitest.
  const home = join(ROOT, "packages/e2e/test-results");
  await mkdir(home, { recursive: true });
  folder = await mkdtemp(join(home, "package-"));
  await writeFile(join(folder, "package.json"), '{"name": "small", "type": "module"}');
  // Else vitest takes the one of the package around it.
  await writeFile(join(folder, "vitest.config.js"), "export default {};");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly status: number | null;
  readonly output: string;
}

function runScript(script: string, ...args: readonly string[]): Run {
  const path = join(ROOT, "tools/nx-plugin/src/bin", script);
  const env = {
    ...process.env,
    KMS_BUILD_TYPE: "Debug",
    KMS_SANITIZE: "",
    CMAKE_PREFIX_PATH: UTILS,
  };
  const { status, stdout, stderr } = spawnSync("node", [path, folder, ...args], {
    encoding: "utf8",
    env,
  });
  return { status, output: stdout + stderr };
}

/** A package with a sound test, and the one that is named: `failing` or `leak`. */
async function nativePackage(test: string): Promise<void> {
  await cp(join(UTILS, "test/test-targets"), join(folder, "native"), { recursive: true });
  const project = join(folder, "native/CMakeLists.txt");
  const text = await readFile(project, "utf8");
  await writeFile(project, `set(TEST ${test})\n${text}`);
}

function result(file: string): Promise<string> {
  return readFile(join(folder, "test-results", file), "utf8");
}

describe("nx check", () => {
  it("fails with a failing test, and leaves JUnit and the whole log", async () => {
    await nativePackage("failing");
    const { status, output } = runScript("check.js", "native");
    expect(status).not.toBe(0);
    expect(output).toContain("1 native tests passed, 1 failed");
    expect(await result("native-Debug/failing-test.xml")).toMatch(
      /<failure message="\S*failing\.test\.cpp:4/,
    );
    const log = await result("native-Debug/LastTest.log");
    expect(log).toMatch(/failing\.test\.cpp:3:Failing\.ExpectsTooMuch: test start\n/);
    expect(log).toMatch(/sound\.test\.cpp:3:Sound\.Holds: test start\n/);
    expect(log).not.toContain("\u001b[");
  });

  it("runs the one test that --test names, and knows no other", async () => {
    await nativePackage("failing");
    const one = runScript("check.js", "native", "--test=sound-test");
    expect(one.output).toContain("1 native tests passed, 0 failed");
    expect(one.status).toBe(0);
    const none = runScript("check.js", "native", "--test=sound");
    expect(none.output).toContain('no test is named "sound"; there are: sound-test, failing-test');
    expect(none.status).toBe(2);
  });
});

describe("nx valgrind", () => {
  it("fails with a test that leaks, and passes one that does not", async () => {
    await nativePackage("leak");
    const leaking = runScript("valgrind.js", "--test=leak-test");
    expect(leaking.status).not.toBe(0);
    expect(leaking.output).toContain("definitely lost");
    expect(runScript("valgrind.js", "--test=sound-test").status).toBe(0);
  });
});

describe("nx unit", () => {
  it("fails with a failing test, and leaves JUnit and the whole log", async () => {
    const test = [
      'import { expect, it } from "vitest";',
      'it("adds", () => { console.log("\\u001b[31mred\\u001b[0m"); expect(1 + 1).toBe(3); });',
    ];
    await writeFile(join(folder, "sum.test.js"), test.join("\n"));
    expect(runScript("unit.js").status).not.toBe(0);
    expect(await result("unit.junit.xml")).toMatch(/<failure message="expected 2 to be 3/);
    const log = await result("unit.log");
    expect(log).toMatch(
      /^sum\.test\.js:2:adds: test start\nred\nAssertionError: expected 2 to be 3/,
    );
    expect(log).toMatch(/sum\.test\.js:2:adds: failed \(\d+ ms\)\n$/);
  });

  it("fails where there is no test", () => {
    expect(runScript("unit.js").status).not.toBe(0);
  });
});
