// @ts-check
/**
 * `node tools/omni/src/alone.js [project...]`: for each project a fresh clone with empty caches of Nx and ccache, in which
 * `pnpm nx test <project>` must build that project and what it is built on, nothing else, and run its tests. Part of
 * `./kms test --full`; kms-e2e is left out, as its run from cold is what CI does anyway.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closure, readGraph } from "./alone/graph.js";
import { runnerResults } from "./test/results.js";
import { succeeds } from "./test/step.js";
import { readTasks } from "./test/task-table.js";
import { git, packageFolders, projectName, unknownProjects, workspaceRoot } from "./workspace.js";

const exceptions = new Set(["kms-e2e"]);

/**
 * @param {string} project
 * @param {string} folder empty; the clone is made in it
 * @returns {string | undefined} what is wrong
 */
function problemOf(project, folder) {
  const clone = join(folder, "clone");
  const env = { CCACHE_DIR: join(folder, "ccache"), NX_PROFILE: "tasks.json", NX_DAEMON: "false" };
  const run = (/** @type {string} */ program, /** @type {string[]} */ ...args) =>
    succeeds(program, args, env, clone);
  git("clone", "--quiet", "--no-hardlinks", workspaceRoot, clone);
  if (!run("pnpm", "install", "--prefer-offline", "--frozen-lockfile", "--reporter=silent")) {
    return "its npm packages cannot be installed";
  }
  if (!run("pnpm", "nx", "test", project, "--output-style=static")) {
    return "its tests fail";
  }
  const graph = join(clone, "graph.json");
  run("pnpm", "nx", "graph", "--file=graph.json");
  const wanted = closure(readGraph(readFileSync(graph, "utf8")), project);
  const tasks = readTasks(readFileSync(join(clone, "tasks.json"), "utf8"));
  const others = tasks.map((task) => task.project).filter((name) => !wanted.has(name));
  if (others.length > 0) {
    return `it also needs ${[...new Set(others)].join(", ")}, which it does not name`;
  }
  const results = packageFolders(clone)
    .filter((path) => projectName(path) === project)
    .flatMap((path) => runnerResults(join(path, "test-results")));
  const passed = results.reduce((sum, { counts }) => sum + counts.passed, 0);
  console.log(`${project} alone: ${passed} tests, ${wanted.size - 1} other projects built`);
  return passed > 0 ? undefined : "none of its tests ran";
}

const given = process.argv.slice(2);
const unknown = unknownProjects(given);
if (unknown.length > 0) {
  console.error(
    `alone: there is no project ${unknown.join(", ")}; pnpm nx show projects lists them`,
  );
  process.exit(2);
}
const all = packageFolders()
  .map(projectName)
  .filter((name) => !exceptions.has(name));
if (git("status", "--porcelain") !== "") {
  console.log("alone: the clones have what is committed, not the changes in this tree");
}
let failed = 0;
for (const project of given.length > 0 ? given : all) {
  const folder = mkdtempSync(join(tmpdir(), "kms-alone-"));
  const problem = problemOf(project, folder);
  rmSync(folder, { recursive: true, force: true });
  if (problem !== undefined) {
    console.error(`${project} alone: ${problem}`);
    failed += 1;
  }
}
process.exitCode = failed > 0 ? 1 : 0;
