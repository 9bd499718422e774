// @ts-check
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { npmCommand, workspaceRoot } from "./run/process.js";

/** @returns {Record<string, {data: {targets: Record<string, {executor: string}>}}>} the projects of this workspace */
function projects() {
  const folder = mkdtempSync(join(tmpdir(), "kms-graph-"));
  const file = join(folder, "graph.json");
  try {
    const env = { ...process.env, NX_DAEMON: "false", NX_WORKSPACE_ROOT_PATH: workspaceRoot };
    const args = [npmCommand("nx"), "graph", `--file=${file}`];
    execFileSync("node", args, { cwd: workspaceRoot, env, stdio: "pipe" });
    return JSON.parse(readFileSync(file, "utf8")).graph.nodes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the targets of this workspace", () => {
  const all = Object.entries(projects());

  it("are inferred for every package", () => {
    const names = all.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(["kms-core", "kurento-media-server", "kms-e2e"]));
    for (const [name, { data }] of all) {
      expect(data.targets, name).toHaveProperty("build");
      expect(data.targets, name).toHaveProperty("format");
    }
  });

  it("are not hidden by scripts of the same name in a package.json", () => {
    const inferred = ["build", "test", "lint", "check", "unit", "native", "generate", "format"];
    const hidden = all.flatMap(([name, { data }]) =>
      Object.entries(data.targets)
        .filter(
          ([target, { executor }]) => executor === "nx:run-script" && inferred.includes(target),
        )
        .map(([target]) => `${name}:${target}`),
    );
    expect(hidden).toEqual([]);
  });
});
