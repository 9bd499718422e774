// @ts-check
/** The table at the end of a run: what Nx did for each project, what it took from its cache, how long the rest took. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { workspaceRoot } from "../workspace.js";

/**
 * @typedef {object} Task what became of a task, in one or several runs of Nx
 * @property {string} project
 * @property {string} target
 * @property {"ran" | "cached" | "failed"} outcome
 * @property {number} seconds of the runs that were not taken from the cache
 */

const folder = join(workspaceRoot, ".nx/kms/tasks");

/** Before a test run: nothing of the last one may be in its table. */
export function removeTaskRecords() {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {{NX_PROFILE: string}} for the environment of one run of Nx, which then leaves a record */
export function taskRecord() {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${readdirSync(folder).length}.json`);
  return { NX_PROFILE: relative(workspaceRoot, file) };
}

/**
 * @param {string} profile as Nx writes it: Chrome's trace format
 * @returns {Task[]}
 */
export function readTasks(profile) {
  const events = JSON.parse(profile).filter((/** @type {{ph: string}} */ { ph }) => ph === "X");
  return events.map(
    (
      /** @type {{dur: number, args: {target: {project: string, target: string}, status: string}}} */
      { dur, args: { target, status } },
    ) => {
      const isCached = status.includes("cache");
      return {
        ...{ project: target.project, target: target.target },
        outcome: status === "failure" ? "failed" : isCached ? "cached" : "ran",
        seconds: isCached ? 0 : dur / 1e6,
      };
    },
  );
}

const worst = ["cached", "ran", "failed"];

/**
 * @param {readonly Task[]} tasks of several runs
 * @returns {Task[]} one for each project and target: the seconds added, the worst outcome
 */
export function mergeTasks(tasks) {
  /** @type {Map<string, Task>} */
  const merged = new Map();
  for (const task of tasks) {
    const key = `${task.project}:${task.target}`;
    const known = merged.get(key) ?? task;
    const isWorse = worst.indexOf(task.outcome) > worst.indexOf(known.outcome);
    merged.set(key, {
      ...known,
      outcome: isWorse ? task.outcome : known.outcome,
      seconds: known === task ? task.seconds : known.seconds + task.seconds,
    });
  }
  return [...merged.values()];
}

// In the order in which they run; "build" and "test" only stand for others.
const columns = ["generate", "native", "compile", "format", "lint", "check", "unit", "system"];
const groups = new Set(["build", "test"]);

/** @param {Task | undefined} task */
function cell(task) {
  if (task === undefined) {
    return "";
  }
  const seconds = `${task.seconds.toFixed(task.seconds < 10 ? 1 : 0)} s`;
  return { cached: "cached", ran: seconds, failed: `FAILED ${seconds}` }[task.outcome];
}

/**
 * @param {readonly Task[]} tasks
 * @returns {string} a line for each project, a column for each target, and the sum
 */
export function taskTable(tasks) {
  const shown = tasks.filter(({ target }) => !groups.has(target));
  const names = [...new Set(shown.map(({ target }) => target))];
  const targets = [...columns, ...names.filter((name) => !columns.includes(name))].filter((name) =>
    names.includes(name),
  );
  const projects = [...new Set(shown.map(({ project }) => project))];
  const rows = projects.map((project) => [
    project,
    ...targets.map((target) =>
      cell(shown.find((task) => task.project === project && task.target === target)),
    ),
  ]);
  const count = (/** @type {Task["outcome"]} */ outcome) =>
    shown.filter((task) => task.outcome === outcome).length;
  const seconds = shown.reduce((sum, task) => sum + task.seconds, 0);
  const lines = aligned([["", ...targets], ...rows]);
  const sum = `${count("ran")} ran, ${count("cached")} from the cache, ${count("failed")} failed; ${Math.round(seconds)} s of work`;
  return [...lines, `Tasks: ${sum}`].join("\n");
}

/**
 * @param {readonly (readonly string[])[]} rows
 * @returns {string[]} lines with the columns below each other, the first to the left
 */
function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** @returns {string} the table of everything that Nx did since {@link removeTaskRecords} */
export function recordedTaskTable() {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return taskTable(
    mergeTasks(files.flatMap((file) => readTasks(readFileSync(join(folder, file), "utf8")))),
  );
}
