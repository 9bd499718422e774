import { join } from "node:path";
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { packagesFolder, readKmds, stockFixtures, testPath } from "./support.js";
import { GeneratedWorkspace } from "./type-check.js";

const fixture = (name: string) => readKmds(testPath("fixtures", name));
const real = (name: string) => readKmds(join(packagesFolder, name, "kmd"));

it("generated TypeScript of the golden modules is strictly typed, without any", () => {
  const cases = readdirSync(testPath("golden")).filter((name) => name !== "root-module");
  expect(stockFixtures()).toHaveLength(3);
  const workspace = new GeneratedWorkspace([
    ...["core", "elements", "filters"].map(fixture),
    ...cases
      .map((name) => readKmds(testPath("golden", name, "deps")))
      .filter((files) => files.length > 0),
    ...cases.map((name) => readKmds(testPath("golden", name, "in"))),
  ]);
  expect(workspace.problems()).toEqual([]);
}, 60_000);

it("generated TypeScript of core, elements and filters is strictly typed, without any", () => {
  const workspace = new GeneratedWorkspace(["core", "elements", "filters"].map(real));
  expect(workspace.size).toBeGreaterThan(100);
  expect(workspace.problems()).toEqual([]);
}, 60_000);
