// @ts-check
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { npmCommand, workspaceRoot } from "./run/process.js";

/** The order in which everything is built. A package may have no other edge, and these for good reason only. */
const expected = {
  "kms-cmake-utils": [],
  "kms-jsonrpc": ["kms-cmake-utils"],
  "kurento-module-creator": [],
  "kms-core": ["kms-cmake-utils", "kms-jsonrpc", "kurento-module-creator"],
  "kms-elements": ["kms-core"],
  "kms-filters": ["kms-elements"],
  "kurento-client": [
    "kms-core",
    "kms-elements",
    "kms-filters",
    "kms-jsonrpc",
    "kurento-module-creator",
  ],
  "kurento-media-server": ["kms-core", "kms-elements", "kms-filters", "kurento-client"],
};

/** @returns {{nodes: Record<string, any>, dependencies: Record<string, {target: string}[]>}} */
function projectGraph() {
  const folder = mkdtempSync(join(tmpdir(), "kms-graph-"));
  const file = join(folder, "graph.json");
  try {
    const env = { ...process.env, NX_DAEMON: "false", NX_WORKSPACE_ROOT_PATH: workspaceRoot };
    execFileSync("node", [npmCommand("nx"), "graph", `--file=${file}`], {
      cwd: workspaceRoot,
      env,
      stdio: "pipe",
    });
    return JSON.parse(readFileSync(file, "utf8")).graph;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the project graph", () => {
  const graph = projectGraph();

  it("has exactly the edges of the design", () => {
    const edges = Object.fromEntries(
      Object.keys(expected).map((name) => [
        name,
        graph.dependencies[name]?.map(({ target }) => target).toSorted(),
      ]),
    );
    expect(edges).toEqual(expected);
  });

  it("has no inferred target that a script of a package.json hides", () => {
    const hidden = Object.entries(graph.nodes).flatMap(([name, { data }]) =>
      Object.entries(data.targets)
        .filter(
          ([target, { executor }]) =>
            executor === "nx:run-script" &&
            ["build", "test", "lint", "check", "unit", "native", "generate", "format"].includes(
              target,
            ),
        )
        .map(([target]) => `${name}:${target}`),
    );
    expect(hidden).toEqual([]);
  });
});
