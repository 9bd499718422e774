// @ts-check
/** The table agrees with the workspace: what package.json and CMakeLists.txt say is said there, too. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "@kms/omni/src/workspace.js";
import { modules } from "./modules.js";
import { buildNeeds, devPackage, findModule, selectModules } from "./select.js";
import { packageFolder } from "./source-tree.js";
import { readManifest } from "./vendor.js";

const ours = modules.filter((module) => module.nodeVersion === undefined);
const byNpmName = new Map(
  ours.map((module) => [readManifest(packageFolder(module)).name, module.name]),
);

/** @param {string} file @returns {string} */
const read = (file) => (existsSync(file) ? readFileSync(file, "utf8") : "");

describe("the table of modules", () => {
  it.each(ours.map((module) => [module.name, module]))(
    "%s: needs what its package.json needs",
    (_name, module) => {
      const dependencies = Object.keys(readManifest(packageFolder(module)).dependencies ?? {});
      const expected = dependencies
        .map((name) => byNpmName.get(name))
        .filter((name) => name !== undefined && name !== "kms-cmake-utils");
      expect([...module.needs].sort()).toEqual(expected.sort());
    },
  );

  it.each(ours.map((module) => [module.name, module]))(
    "%s: is built upon what its CMakeLists.txt finds",
    (_name, module) => {
      const text = read(join(packageFolder(module), "native/CMakeLists.txt"));
      const words = [...text.matchAll(/^kms_find\(([^)]*)\)/gm)].flatMap(([, names = ""]) =>
        names.split(" "),
      );
      const found = words.map((name) => findModule(name).name);
      const utils = module.cmake === "native" ? ["kms-cmake-utils"] : [];
      expect([...module.buildNeeds].sort()).toEqual([...utils, ...found].sort());
    },
  );

  it.each(ours.map((module) => [module.name, module]))(
    "%s: names files that are there",
    (_name, module) => {
      for (const source of module.sources) {
        expect(existsSync(join(packageFolder(module), source)), source).toBe(true);
      }
    },
  );

  it("has each module after those that it needs", () => {
    const order = modules.map(({ name }) => name);
    for (const { name, needs, buildNeeds: more } of modules) {
      for (const need of [...needs, ...more]) {
        expect(order.indexOf(need), `${name} needs ${need}`).toBeLessThan(order.indexOf(name));
      }
    }
  });

  it("has all packages of the workspace that are for others", () => {
    const lockfile = readFileSync(join(workspaceRoot, "pnpm-lock.yaml"), "utf8");
    const folders = [...lockfile.matchAll(/^ {2}(packages\/[\w-]+):$/gm)].map(
      ([, folder]) => folder,
    );
    expect(ours.map(({ folder }) => folder).sort()).toEqual(
      folders.filter((folder) => folder !== "packages/e2e").sort(),
    );
  });
});

describe("choosing modules", () => {
  it("takes Nx's names and those of folders, in the order of needs", () => {
    const names = selectModules(["server", "kms-core"]).map(({ name }) => name);
    expect(names).toEqual(["kms-core", "kurento-media-server"]);
  });

  it("names what there is for an unknown one", () => {
    expect(() => selectModules(["kms-cor"])).toThrow(
      'no module is called "kms-cor". There are kurento-nodejs, kms-cmake-utils',
    );
  });

  it("knows what must be installed first, over any number of steps", () => {
    const names = buildNeeds(findModule("kms-filters")).map(({ name }) => name);
    expect(names).toEqual(["kms-cmake-utils", "kms-jsonrpc", "kurento-module-creator", "kms-core"]);
  });

  it("builds upon -dev packages where there is one", () => {
    expect(["kms-core", "kms-cmake-utils"].map((name) => devPackage(findModule(name)))).toEqual([
      "kms-core-dev",
      "kms-cmake-utils",
    ]);
  });
});
