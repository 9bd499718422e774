// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nativeResults } from "./native-results.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kms-results-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** @param {Record<string, boolean>} outcomes */
function writeCtest(outcomes) {
  const cases = Object.entries(outcomes).map(
    ([name, ok]) =>
      `<testcase name="${name}" classname="${name}" status="${ok ? "run" : "fail"}"/>`,
  );
  writeFileSync(
    join(folder, "ctest.xml"),
    `<testsuite name="Linux">${cases.join("\n")}</testsuite>`,
  );
}

/**
 * @param {string} program
 * @param {number} tests
 * @param {number} failures
 */
function writeGtest(program, tests, failures) {
  const attributes = `tests="${tests}" failures="${failures}" disabled="0" errors="0"`;
  writeFileSync(
    join(folder, `${program}.xml`),
    `<?xml version="1.0"?>\n<testsuites ${attributes} time="0.1">\n<testsuite name="A" tests="99"></testsuite></testsuites>`,
  );
}

describe("nativeResults", () => {
  it("counts a GoogleTest program by its cases and any other test as one", () => {
    writeCtest({ "ice-test": true, "plugin-loads": true });
    writeGtest("ice-test", 12, 0);
    expect(nativeResults(folder)).toEqual({ passed: 13, failed: 0, empty: [] });
  });

  it("counts failed cases", () => {
    writeCtest({ "ice-test": false });
    writeGtest("ice-test", 12, 2);
    expect(nativeResults(folder)).toMatchObject({ passed: 10, failed: 2 });
  });

  it("counts a program that crashed as a failure, whatever it wrote", () => {
    writeCtest({ "ice-test": false, "srtp-test": false });
    writeGtest("ice-test", 3, 0);
    expect(nativeResults(folder)).toMatchObject({ passed: 3, failed: 2 });
  });

  it("counts a program without a test as a failure and names it", () => {
    writeCtest({ "ice-test": true });
    writeGtest("ice-test", 0, 0);
    expect(nativeResults(folder)).toEqual({ passed: 0, failed: 1, empty: ["ice-test"] });
  });

  it("finds nothing where nothing ran", () => {
    expect(nativeResults(folder)).toEqual({ passed: 0, failed: 0, empty: [] });
  });
});
