// @ts-check
/** Reads what CTest and GoogleTest wrote: how many tests ran, and how many of them failed. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 *
 * @typedef {Counts & {empty: string[]}} NativeCounts empty: programs that ran no test, each counted as one failure
 */

/**
 * @param {string} xml
 * @param {string} element
 * @returns {Record<string, string>[]} the attributes of each such element
 */
function elements(xml, element) {
  return [...xml.matchAll(new RegExp(`<${element}\\s([^>]*)>`, "g"))].map(([, text = ""]) =>
    Object.fromEntries(
      [...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  );
}

/**
 * The counts of one GoogleTest program.
 * @param {string} xml
 * @returns {Counts}
 */
export function gtestCounts(xml) {
  const [suite] = elements(xml, "testsuites");
  const count = (/** @type {string} */ key) => Number(suite?.[key] ?? 0);
  const failed = count("failures") + count("errors");
  return { passed: count("tests") - count("disabled") - failed, failed };
}

/**
 * The tests of a CTest run, by name.
 * @param {string} xml
 * @returns {Map<string, boolean>} name -> passed
 */
export function ctestOutcomes(xml) {
  return new Map(
    elements(xml, "testcase").map(({ name = "", status }) => [name, status === "run"]),
  );
}

/**
 * Sums a folder written by `nx check`: a GoogleTest program counts with its cases, any other test as one. A program that
 * failed without a failed case (a crash, a leak) counts as one failure more.
 * @param {string} folder absolute
 * @returns {NativeCounts}
 */
export function nativeResults(folder) {
  const ctest = join(folder, "ctest.xml");
  /** @type {NativeCounts} */
  const total = { passed: 0, failed: 0, empty: [] };
  if (!existsSync(ctest)) {
    return total;
  }
  const programs = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith(".xml") && file !== "ctest.xml")
      .map((file) => [
        basename(file, ".xml"),
        gtestCounts(readFileSync(join(folder, file), "utf8")),
      ]),
  );
  for (const [name, ok] of ctestOutcomes(readFileSync(ctest, "utf8"))) {
    const cases = programs.get(name) ?? { passed: ok ? 1 : 0, failed: 0 };
    const isEmpty = cases.passed + cases.failed === 0 && ok;
    total.passed += cases.passed;
    total.failed += cases.failed + ((!ok && cases.failed === 0) || isEmpty ? 1 : 0);
    total.empty.push(...(isEmpty ? [name] : []));
  }
  return total;
}
