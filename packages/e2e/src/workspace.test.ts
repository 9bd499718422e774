import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Workspace } from "./support/workspace.js";
import type { Task } from "./support/workspace.js";

/** ARCHITECTURE.md, "Packages": who depends on whom. */
const GRAPH: Readonly<Record<string, readonly string[]>> = {
  "kms-cmake-utils": [],
  "kurento-module-creator": ["kms-cmake-utils"],
  "kms-jsonrpc": ["kms-cmake-utils"],
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
  "kms-e2e": ["kurento-client", "kurento-media-server"],
};
const SERVER = "kurento-media-server";
const DOWNSTREAM_OF_ELEMENTS = ["kms-e2e", "kms-elements", "kms-filters", "kurento-client", SERVER];
/** kms-omni-tools' tests read every package's native sources, to see who includes whom; kms-deb-tools is built on it. */
const READERS = ["kms-deb-tools", "kms-omni-tools"];
const DOWNSTREAM_OF_FILTERS = ["kms-e2e", "kms-filters", "kurento-client", SERVER];

const BROKEN = "packages/filters/native/module.cpp";

interface GraphFile {
  readonly graph: {
    readonly dependencies: Readonly<Record<string, readonly { readonly target: string }[]>>;
  };
}
interface TaskFile {
  readonly tasks: {
    readonly tasks: Readonly<
      Record<string, { readonly target: { project: string; target: string } }>
    >;
  };
}

describe("the workspace", () => {
  it("has exactly the project graph of ARCHITECTURE.md", async () => {
    const { graph } = (await Workspace.own.nxJson("graph", "--file")) as GraphFile;
    const found = Object.fromEntries(
      Object.keys(GRAPH).map((project) => [
        project,
        (graph.dependencies[project] ?? []).map(({ target }) => target).sort(),
      ]),
    );
    expect(found).toEqual(GRAPH);
  });

  it(
    "builds in graph order from cold, then from cache, then what a change reaches; what it breaks fails downstream alone",
    { timeout: 1_200_000 },
    async () => {
      await using workspace = await Workspace.copy();
      const cold = await workspace.nx("build", SERVER);
      expectGraphOrder(cold);
      expect(cold.filter(({ isCached }) => isCached)).toEqual([]);

      const started = performance.now();
      const again = await workspace.nx("build", SERVER);
      console.log(`second build: ${((performance.now() - started) / 1000).toFixed(1)} s`);
      expect(again.filter(({ isCached }) => !isCached)).toEqual([]);
      expect(worked(again)).toEqual(expect.arrayContaining(worked(cold)));

      const objects = join(workspace.root, "packages/elements/native/objects");
      const source = (await readdir(objects)).find((file) => file.endsWith("endpoint.cpp"));
      await appendFile(join(objects, source ?? ""), "// touched\n");
      const touched = await workspace.nx("build", SERVER);
      const rebuilt = new Set(
        touched.filter(({ isCached }) => !isCached).map(({ project }) => project),
      );
      expect(rebuilt).toContain("kms-elements");
      for (const project of rebuilt) expect(DOWNSTREAM_OF_ELEMENTS).toContain(project);

      await workspace.commit("touch elements");
      const affected = ["affected:test", "--base=HEAD~1", "--head=HEAD", "--graph"];
      const { tasks } = (await workspace.nxJson(...affected)) as TaskFile;
      const tested = Object.values(tasks.tasks).map(({ target }) => target);
      const projects = tested
        .filter(({ target }) => target === "test")
        .map(({ project }) => project);
      expect([...projects].sort()).toEqual([...DOWNSTREAM_OF_ELEMENTS, ...READERS].sort());

      await appendFile(join(workspace.root, BROKEN), "this is no C++;\n");
      await workspace.commit("break filters");
      const outcomes = await workspace.outcomes("affected:test", "--base=HEAD~1", "--head=HEAD");
      const failing = outcomes.filter(({ isGood }) => !isGood).map(({ project }) => project);
      expect([...new Set(failing)].sort()).toEqual(DOWNSTREAM_OF_FILTERS);
      expect(outcomes).toContainEqual({ project: "kms-filters", target: "native", isGood: false });
      expect(outcomes).toContainEqual({ project: "kms-elements", target: "native", isGood: true });
    },
  );
});

/** The tasks that do something, by name; Nx tells of the empty ones only when they come from its cache. */
function worked(tasks: readonly Task[]): string[] {
  return tasks
    .filter(({ target }) => target !== "build")
    .map(({ project, target }) => `${project}:${target}`);
}

/** What is compiled or built natively in a package comes after the same in the packages that it depends on. */
function expectGraphOrder(tasks: readonly Task[]): void {
  const position = new Map(
    tasks.map(({ project, target }, index) => [`${project}:${target}`, index]),
  );
  const orders = Object.entries(GRAPH).flatMap(([project, dependencies]) =>
    dependencies.flatMap((dependency) =>
      ["native", "compile"].map(
        (target) => [`${dependency}:${target}`, `${project}:${target}`] as const,
      ),
    ),
  );
  for (const [first, second] of orders) {
    const before = position.get(first);
    const after = position.get(second);
    if (before !== undefined && after !== undefined)
      expect(before, `${first} before ${second}`).toBeLessThan(after);
  }
  for (const task of [
    "kms-core:native",
    "kms-elements:native",
    "kms-filters:native",
    `${SERVER}:compile`,
  ]) {
    expect(position.has(task), `${task} ran`).toBe(true);
  }
}
