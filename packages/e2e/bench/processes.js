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

/**
 * Reads the server's threads and descriptors (all its processes) below `root` again and again.
 * @param {number} root
 * @returns {{ threads: number, descriptors: number, stop: () => void }} the most that were seen so far
 */
export function watchServer(root) {
  const seen = { threads: 0, descriptors: 0, stop: () => clearInterval(timer) };
  const look = () => {
    const servers = treeOf(root).filter(isServer);
    const sum = (/** @type {string} */ of) =>
      servers.reduce((all, pid) => all + count(`/proc/${pid}/${of}`), 0);
    seen.threads = Math.max(seen.threads, sum("task"));
    seen.descriptors = Math.max(seen.descriptors, sum("fd"));
  };
  const timer = setInterval(look, 250);
  return seen;
}
