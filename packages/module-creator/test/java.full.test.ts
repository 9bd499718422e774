import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generate } from "../src/generate.js";
import {
  packagesFolder,
  readKmds,
  readTree,
  stockFixtures,
  testPath,
  writeTree,
} from "./support.js";

const STOCK = ["core", "elements", "filters"];

/** Java sources of modules, each after those that it imports, compiled together with stubs of the client's runtime. */
function compile(modules: readonly (readonly ReturnType<typeof readKmds>[number][])[]): string {
  const folder = mkdtempSync(join(tmpdir(), "kmd-java-"));
  try {
    modules.forEach((files, index) => {
      const dependencies = modules.slice(0, index).flat();
      writeTree(
        join(folder, String(index)),
        generate({ files, dependencies, target: "client-java" }),
      );
    });
    const sources = [...readTree(folder).keys()].filter((path) => path.endsWith(".java"));
    const stubs = [...readTree(testPath("fixtures/java-runtime")).keys()];
    const classes = ["-d", join(folder, "classes")];
    execFileSync("javac", [
      ...["-proc:none", "-Xlint:none", "-encoding", "UTF-8", ...classes],
      ...sources.map((path) => join(folder, path)),
      ...stubs.map((path) => testPath("fixtures/java-runtime", path)),
    ]);
    return "compiled";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("generated Java of core, elements and filters compiles", () => {
  expect(compile(STOCK.map((name) => readKmds(join(packagesFolder, name, "kmd"))))).toBe(
    "compiled",
  );
}, 120_000);

it("generated Java of the golden modules compiles", () => {
  const cases = readdirSync(testPath("golden")).filter((name) => name !== "root-module");
  const dependencies = cases.map((name) => readKmds(testPath("golden", name, "deps")));
  expect(stockFixtures()).toHaveLength(STOCK.length);
  const modules = [
    ...STOCK.map((name) => readKmds(testPath("fixtures", name))),
    ...dependencies.filter((files) => files.length > 0),
    ...cases.map((name) => readKmds(testPath("golden", name, "in"))),
  ];
  expect(compile(modules)).toBe("compiled");
}, 120_000);
