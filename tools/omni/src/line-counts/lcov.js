// @ts-check
/** Reading lcov's tracefiles: "SF:" names a file, "LF:" and "LH:" how many lines it has and how many of them ran. */
import { isAbsolute, join, relative } from "node:path";

/**
 * @typedef {object} Sum
 * @property {string} name package and language
 * @property {number} lines
 * @property {number} hit
 */

/**
 * @param {string} trace
 * @param {string} folder that relative paths in it are relative to
 * @returns {string}
 */
export function withAbsolutePaths(trace, folder) {
  return trace.replace(
    /^SF:(.+)$/gm,
    (_, path) => `SF:${isAbsolute(path) ? path : join(folder, path)}`,
  );
}

/**
 * @param {string} trace with absolute paths
 * @param {string} root
 * @returns {Sum[]} one for each package and language, by name
 */
export function lineSums(trace, root) {
  /** @type {Map<string, Sum>} */
  const sums = new Map();
  for (const record of trace.split("end_of_record\n")) {
    const [, path] = /^SF:(.+)$/m.exec(record) ?? [];
    if (path === undefined) {
      continue;
    }
    const folder = relative(root, path).split("/").slice(0, 2).join("/");
    const name = `${folder} ${/\.[cht]pp$|\.c$|\.h$/.test(path) ? "C++" : "TypeScript"}`;
    const count = (/** @type {string} */ key) =>
      Number(new RegExp(`^${key}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    const known = sums.get(name) ?? { name, lines: 0, hit: 0 };
    sums.set(name, { name, lines: known.lines + count("LF"), hit: known.hit + count("LH") });
  }
  return [...sums.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * @param {readonly Sum[]} sums
 * @returns {string} a line for each, and the total
 */
export function sumTable(sums) {
  const add = (/** @type {"lines" | "hit"} */ key) => sums.reduce((sum, one) => sum + one[key], 0);
  const rows = [...sums, { name: "all", lines: add("lines"), hit: add("hit") }];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, lines, hit }) => {
      const percent = lines === 0 ? "0.0" : ((100 * hit) / lines).toFixed(1);
      return `${name.padEnd(width)}  ${percent.padStart(5)} %  ${hit} of ${lines} lines`;
    })
    .join("\n");
}
