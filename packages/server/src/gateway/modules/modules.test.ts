import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { LogFields, Logger } from "@kms/core";
import { silentLogger } from "@kms/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { loadableModules } from "./module-check.js";
import { locateModules } from "./module-locator.js";

let folder: string;
let skipped: LogFields[];
let log: Logger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kms-modules-"));
  skipped = [];
  log = { ...silentLogger, warning: (_message, fields = {}) => void skipped.push(fields) };
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Made {
  readonly className?: string;
  readonly imports?: readonly string[];
  readonly peerDependencies?: object;
  readonly constructorParams?: readonly unknown[];
  readonly manifest?: object | string;
}

function make(name: string, { className = `${name}Filter`, ...made }: Made = {}): string {
  const path = join(folder, name);
  mkdirSync(join(path, "dist"), { recursive: true });
  const kms = { module: name, manifest: "./dist/manifest.json", entry: "./dist/module.js" };
  const manifest = made.manifest ?? {
    name,
    version: "1.0.0",
    wireModule: name,
    imports: ["core", ...(made.imports ?? [])].map((one) => ({ name: one, version: "^7.0.0" })),
    classes: [
      {
        name: className,
        qualifiedName: `${name}.${className}`,
        abstract: false,
        creatable: true,
        hierarchy: ["kurento.Filter"],
        constructorParams: made.constructorParams ?? [],
        parentParam: null,
        operations: [],
        events: [],
        allEvents: [],
      },
    ],
    registers: [],
    enums: [],
    events: [],
  };
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  const { peerDependencies = { "@kms/core": "^7.0.0" } } = made;
  writeFileSync(join(path, "package.json"), JSON.stringify({ kms, peerDependencies }));
  writeFileSync(join(path, "dist/manifest.json"), text);
  writeFileSync(join(path, "dist/module.js"), "");
  return path;
}

const located = (): string[] =>
  locateModules([folder], log)
    .map(({ manifest }) => manifest.name)
    .slice(3);
const reasons = (): string => skipped.map(({ reason }) => String(reason)).join("\n");

describe("modules of a --modules-path", () => {
  it("are found in the folder, or are the folder", () => {
    make("mirror");
    expect(located()).toEqual(["mirror"]);
    const names = locateModules([join(folder, "mirror"), "/nowhere"], log);
    expect(names.map(({ manifest }) => manifest.name)).toEqual([
      "core",
      "elements",
      "filters",
      "mirror",
    ]);
    expect(skipped).toEqual([]);
  });

  it("may import one another in any order", () => {
    make("a", { imports: ["b"] });
    make("b");
    expect(located()).toEqual(["b", "a"]);
  });

  it("are skipped where an import is missing", () => {
    make("a", { imports: ["nobody"] });
    expect(located()).toEqual([]);
    expect(reasons()).toContain("imports module 'nobody', which is not loaded");
  });

  it("are skipped where their name or the name of a class is taken", () => {
    make("filters");
    make("first", { className: "Same" });
    make("second", { className: "Same" });
    make("third", { className: "WebRtcEndpoint" });
    expect(located()).toEqual(["first"]);
    expect(reasons()).toContain("a module 'filters' is loaded already");
    expect(reasons()).toContain("module 'first' has a class 'Same' already");
    expect(reasons()).toContain("module 'elements' has a class 'WebRtcEndpoint' already");
  });

  it("are skipped where they were made for another core", () => {
    make("old", { peerDependencies: { "@kms/core": "^6.0.0" } });
    make("odd", { peerDependencies: { "@kms/core": "latest" } });
    make("here", { peerDependencies: { "@kms/core": "workspace:*" } });
    expect(located()).toEqual(["here"]);
    expect(reasons()).toContain("made for @kms/core ^6.0.0, and this server has 7.");
  });

  it("are skipped with the file where one cannot be read", () => {
    make("broken", { manifest: "{" });
    make("empty", { manifest: { name: "empty" } });
    make("list", { manifest: "[]" });
    make("odd", { constructorParams: ["x"] });
    rmSync(join(make("unbuilt"), "dist/module.js"));
    rmSync(join(make("unmade"), "dist"), { recursive: true });
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "other/package.json"), "{}");
    expect(located()).toEqual([]);
    expect(skipped).toHaveLength(7);
    expect(reasons()).toMatch(/broken\/dist\/manifest\.json: .*JSON/);
    expect(reasons()).toContain("empty/dist/manifest.json: 'version' of the manifest is missing");
    expect(reasons()).toContain("odd/dist/manifest.json: 'classes' of the manifest");
    expect(reasons()).toContain("unbuilt/dist/module.js: is not there");
    expect(reasons()).toContain("other: package.json has no field 'kms'");
  });
});

describe("loadableModules", () => {
  it("skips what does not load, and tries each beside those before it", async () => {
    for (const name of ["a", "b", "c"]) make(name);
    const tried: string[][] = [];
    const usable = await loadableModules(locateModules([folder], log), log, async (entries) => {
      tried.push(entries.slice(3).map((entry) => entry.split("/").at(-3) ?? ""));
      return entries.at(-1)?.includes("/b/") ? "no luck" : undefined;
    });
    expect(usable.map(({ manifest }) => manifest.name).slice(3)).toEqual(["a", "c"]);
    expect(tried).toEqual([["a"], ["a", "b"], ["a", "c"]]);
    expect(skipped).toEqual([{ module: "b", reason: "no luck" }]);
  });

  it("tries nothing where there are only built-in modules", async () => {
    const tryModules = (): never => {
      throw new Error("tried");
    };
    expect(await loadableModules(locateModules([], log), log, tryModules)).toHaveLength(3);
  });
});
