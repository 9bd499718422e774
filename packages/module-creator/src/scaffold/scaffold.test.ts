import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generate } from "../generate.js";
import { packagesFolder, readKmds, readTree } from "../../test/support.js";
import { runScaffold } from "./command.js";
import { createFolder } from "./create.js";
import { moduleNames } from "./names.js";
import { VERSIONS } from "./versions.js";
import { workspacePlace } from "./workspace.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kms-scaffold-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Run {
  const out: string[] = [];
  const err: string[] = [];
  const code = runScaffold(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** A folder that looks like the workspace. */
function makeWorkspace(): void {
  mkdirSync(join(folder, "packages/core/kmd"), { recursive: true });
  for (const file of ["pnpm-workspace.yaml", "tsconfig.base.json"])
    writeFileSync(join(folder, file), "");
}

const made = (): Map<string, string> => readTree(join(folder, "made"));
const packageJson = (path = "made"): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, path, "package.json"), "utf8")) as Record<string, unknown>;

describe("kurento-module-scaffold", () => {
  it.each(["gstreamer", "opencv"])("makes a module of %s, in one place for each thing", (kind) => {
    const { code, out, err } = run("FaceFinder", join(folder, "made"), kind);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("npm install && npm run build && npm test");
    expect([...made().keys()]).toEqual([
      ".gitignore",
      "README.md",
      "kmd/facefinder.FaceFinder.kmd.json",
      "kmd/facefinder.kmd.json",
      "native/CMakeLists.txt",
      "native/face-finder.cpp",
      "native/face-finder.hpp",
      "native/face-finder.test.cpp",
      "native/plugin.cpp",
      "package.json",
      "src/index.ts",
      "src/module.ts",
      "src/objects/face-finder.test.ts",
      "src/objects/face-finder.ts",
      "tsconfig.json",
    ]);
    for (const text of made().values()) expect(text).not.toMatch(/\{\{|undefined|\[object/);
    expect(made().get("native/CMakeLists.txt")?.split("\n").length).toBeLessThan(20);
    expect(statSync(join(folder, "made")).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder)).toEqual(["made"]);
  });

  it("uses OpenCV only where it was asked for", () => {
    run("One", join(folder, "made"));
    for (const text of made().values()) expect(text.toLowerCase()).not.toContain("opencv");
    rmSync(join(folder, "made"), { recursive: true });
    run("One", join(folder, "made"), "opencv");
    expect(made().get("native/one.cpp")).toContain("cv::Mat");
    expect(made().get("native/CMakeLists.txt")).toContain("kms_opencv(");
  });

  it("makes KMDs that the creator accepts beside those of the server", () => {
    run("FaceFinder", join(folder, "made"));
    const dependencies = ["core", "elements", "filters"].flatMap((name) =>
      readKmds(join(packagesFolder, name, "kmd")),
    );
    const files = generate({
      files: readKmds(join(folder, "made/kmd")),
      dependencies,
      target: "server-ts",
    });
    expect(files.map(({ path }) => path)).toContain("face-finder.ts");
  });

  it("makes a package that npm builds, outside of the workspace", () => {
    run("FaceFinder", join(folder, "made"));
    const content = packageJson();
    expect(content).toMatchObject({
      name: "kmsfacefinder",
      scripts: { build: expect.any(String) },
    });
    expect(content).toMatchObject({ peerDependencies: { "@kms/core": `^${VERSIONS.core}` } });
    expect(content).not.toHaveProperty("nx");
  });

  it.each(["packages/found", "packages/extras/found"])("makes a project of Nx in %s", (path) => {
    makeWorkspace();
    const { out } = run("FaceFinder", join(folder, path));
    expect(out).toContain("pnpm nx test kms-facefinder");
    const content = packageJson(path);
    expect(content).toMatchObject({ name: "@kms/found", nx: { name: "kms-facefinder" } });
    expect(content).toMatchObject({ dependencies: { "@kms/core": "workspace:*" } });
    expect(content).not.toHaveProperty("scripts");
    const config = readFileSync(join(folder, path, "tsconfig.json"), "utf8");
    const base = /"extends": "(.*)"/.exec(config)?.[1] ?? "";
    expect(existsSync(join(folder, path, base))).toBe(true);
  });

  it("tells how it is called", () => {
    expect(run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("usage:") });
    expect(run("-h").code).toBe(0);
    for (const args of [[], ["Name"], ["Name", "folder", "opencv", "more"]])
      expect(run(...args)).toMatchObject({ code: 1, err: expect.stringContaining("usage:") });
  });

  it("refuses what it cannot make, and writes nothing", () => {
    const target = join(folder, "made");
    expect(run("9Lives", target).err).toContain("'9Lives' cannot be the name of a module");
    expect(run("Name", target, "python").err).toContain("'python' is none of gstreamer, opencv");
    expect(run("Name", target, "--fast").err).toContain("--fast");
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(target);
    expect(run("Name", target)).toMatchObject({
      code: 1,
      err: expect.stringContaining("is there already"),
    });
    expect(readdirSync(target)).toEqual([]);
    writeFileSync(join(folder, "file"), "");
    expect(run("Name", join(folder, "file/made")).code).toBe(1);
  });
});

describe("createFolder", () => {
  it("leaves nothing behind where a file cannot be written", () => {
    const files = [
      { path: "a", text: "" },
      { path: "a/b", text: "" },
    ];
    expect(() => createFolder(join(folder, "made"), files)).toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("makes the folders above", () => {
    createFolder(join(folder, "x/y/made"), [{ path: "a/b", text: "text" }]);
    expect(readFileSync(join(folder, "x/y/made/a/b"), "utf8")).toBe("text");
  });
});

describe("moduleNames", () => {
  it.each(["FaceFinder", "face finder", "face-finder", "face_finder", " Face  finder "])(
    "makes all names of '%s'",
    (name) => {
      expect(moduleNames(name)).toEqual({
        className: "FaceFinder",
        module: "facefinder",
        file: "face-finder",
        element: "kmsfacefinder",
        objectType: "KmsFaceFinder",
        functions: "kms_face_finder",
      });
    },
  );

  it.each(["", " ", "x", "1st", "Über", "a/b", "../x", "A.B", "Name;", "N".repeat(51)])(
    "refuses '%s'",
    (name) => {
      expect(() => moduleNames(name)).toThrow(`'${name}' cannot be the name of a module`);
    },
  );

  it.each(["core", "Kurento", "filter", "WebRtcEndpoint", "web rtc endpoint"])(
    "refuses '%s', which the server has",
    (name) => {
      expect(() => moduleNames(name)).toThrow("the server has one of that name");
    },
  );

  it("refuses every class that clients of this server know", () => {
    const classes = ["core", "elements", "filters"]
      .flatMap((name) => readKmds(join(packagesFolder, name, "kmd")))
      .flatMap(({ text }) => {
        const { remoteClasses = [] } = JSON.parse(text) as { remoteClasses?: { name: string }[] };
        return remoteClasses.map(({ name }) => name);
      });
    expect(classes.length).toBeGreaterThan(20);
    for (const name of classes) expect(() => moduleNames(name), name).toThrow("the server has one");
  });
});

describe("what a new module is made with", () => {
  const version = (path: string): unknown =>
    (
      JSON.parse(readFileSync(join(packagesFolder, path, "package.json"), "utf8")) as {
        version: string;
      }
    ).version;

  it("are the versions of this workspace", () => {
    for (const name of ["core", "elements", "filters", "cmake-utils", "module-creator"] as const)
      expect(VERSIONS[name], name).toBe(version(name));
    const root = JSON.parse(readFileSync(join(packagesFolder, "../package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    for (const name of ["typescript", "vitest", "@types/node"] as const)
      expect(VERSIONS[name], name).toBe(root.devDependencies[name]);
  });

  it("is found for this workspace itself", () => {
    expect(workspacePlace(join(packagesFolder, "new"))).toEqual({ up: "../.." });
    expect(workspacePlace(join(packagesFolder, "extras/new"))).toEqual({ up: "../../.." });
    expect(workspacePlace(join(packagesFolder, "core/new"))).toBeUndefined();
    expect(workspacePlace(join(packagesFolder, "../new"))).toBeUndefined();
  });
});
