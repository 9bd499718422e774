// @ts-check
// Threads and open files of a running server, read from /proc.
import { readdirSync, readFileSync } from "node:fs";

/** @param {number} pid */
function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1")
        .split(" ")
        .filter((child) => child.trim() !== "")
        .map(Number),
    );
  } catch {
    return []; // it has ended
  }
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function treeOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** @param {number} pid */
function isServer(pid) {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    // A driver has the server's command in one argument.
    return args.some((arg) => arg.startsWith("/") && arg.includes("/packages/server/dist/"));
  } catch {
    return false;
  }
}

/** @param {string} folder */
function count(folder) {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}

/**
 * Reads the server's threads and descriptors (all its processes) below `root` again and again.
 * @param {number} root
 * @returns {{ threads: () => number, descriptors: () => { usual: number, most: number }, stop: () => void }} what was
 *   seen so far: the most threads; the median of descriptors, and the most, files that are read in passing included
 */
export function watchServer(root) {
  /** @type {{ threads: number, descriptors: number }[]} */
  const seen = [];
  const look = () => {
    const servers = treeOf(root).filter(isServer);
    const sum = (/** @type {string} */ of) =>
      servers.reduce((all, pid) => all + count(`/proc/${pid}/${of}`), 0);
    if (servers.length > 0) seen.push({ threads: sum("task"), descriptors: sum("fd") });
  };
  const timer = setInterval(look, 250);
  const descriptors = () => seen.map((one) => one.descriptors);
  return {
    threads: () => Math.max(0, ...seen.map((one) => one.threads)),
    descriptors: () => ({ usual: median(descriptors()), most: Math.max(0, ...descriptors()) }),
    stop: () => clearInterval(timer),
  };
}
