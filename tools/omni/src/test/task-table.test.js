// @ts-check
import { describe, expect, it } from "vitest";
import { mergeTasks, readTasks, taskTable } from "./task-table.js";

/** @param {string} id @param {string} status @param {number} seconds */
const event = (id, status, seconds) => {
  const [project, target] = id.split(":");
  return { ph: "X", dur: seconds * 1e6, args: { target: { project, target }, status } };
};

describe("the table of tasks", () => {
  it("tells what ran, what came from the cache and what failed", () => {
    const profile = [
      { ph: "M", name: "thread_name" },
      event("kms-core:native", "success", 61.2),
      event("kms-core:check", "failure", 3.04),
      event("kms-jsonrpc:native", "local-cache-kept-existing", 0.2),
      event("kms-jsonrpc:build", "success", 0),
    ];
    expect(taskTable(readTasks(JSON.stringify(profile)))).toBe(
      [
        "             native         check",
        "kms-core       61 s  FAILED 3.0 s",
        "kms-jsonrpc  cached",
        "Tasks: 1 ran, 1 from the cache, 1 failed; 64 s of work",
      ].join("\n"),
    );
  });

  it("adds up what several runs did for the same task", () => {
    const base = { project: "a", target: "check" };
    const merged = mergeTasks([
      { ...base, outcome: "cached", seconds: 0 },
      { ...base, outcome: "ran", seconds: 2 },
      { ...base, outcome: "ran", seconds: 3 },
    ]);
    expect(merged).toEqual([{ ...base, outcome: "ran", seconds: 5 }]);
  });

  it("has only its sum where nothing ran", () => {
    expect(taskTable([])).toBe("\nTasks: 0 ran, 0 from the cache, 0 failed; 0 s of work");
  });
});
