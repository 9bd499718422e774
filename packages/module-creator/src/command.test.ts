import { mkdirSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox, type Run } from "../test/command-support.js";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const run = (...args: readonly string[]): Run => sandbox.run(...args);
const write = (path: string, content: object | string): void => sandbox.write(path, content);

describe("kurento-module-creator", () => {
  it.each([["-h"], ["--help"], ["-c", "@/out"], []])("%s %s prints the help", (...args) => {
    const { code, out } = run(...args);
    expect([code, out.join("\n")]).toEqual([
      0,
      expect.stringContaining("usage: kurento-module-creator"),
    ]);
  });

  it("generates from a folder, and changes nothing the second time", () => {
    write("kmd/core.kmd.json", { name: "core", version: "7.3.0" });
    write("kmd/deep/core.A.kmd.json", { remoteClasses: [{ name: "MediaObject" }] });
    write("kmd/notes.json", "no KMD");
    const args = ["-r", "@/kmd", "-c", "@/out"];
    const first = run(...args);
    expect([first.code, first.err, first.out.at(-1)]).toEqual([0, [], "Generation success"]);
    expect(readdirSync(sandbox.path("out"))).toContain("media-object.ts");
    expect(run(...args, "-lf").out).toContain(
      `Processed file:\t@/out/media-object.ts\t(not generated)`,
    );
  });

  it("names files that it removed", () => {
    write("kmd/core.kmd.json", { name: "core", version: "7.3.0", remoteClasses: [{ name: "A" }] });
    run("-r", "@/kmd", "-c", "@/out");
    write("kmd/core.kmd.json", { name: "core", version: "7.3.0", remoteClasses: [{ name: "B" }] });
    expect(run("-r", "@/kmd", "-c", "@/out", "-lf").out).toContain(`Removed file:\t@/out/a.ts`);
  });

  it("takes dependencies and the other target", () => {
    write("core/core.kmd.json", {
      name: "core",
      version: "7.3.0",
      remoteClasses: [{ name: "MediaObject" }],
    });
    write("elements.kmd.json", {
      name: "elements",
      version: "7.3.0",
      remoteClasses: [{ name: "X", extends: "MediaObject" }],
    });
    const { code } = run(
      "-r",
      "@/elements.kmd.json",
      "-dr",
      "@/core",
      "-it",
      "client-ts",
      "-c",
      "@/out",
    );
    expect([code, readdirSync(sandbox.path("out")).toSorted()]).toEqual([
      0,
      ["index.ts", "module.ts", "schema.ts", "types.ts", "x.ts"],
    ]);
  });

  it("warns of dependencies without KMDs and goes on", () => {
    write("core.kmd.json", { name: "core", version: "7.3.0" });
    mkdirSync(sandbox.path("empty"));
    const { code, err } = run("-r", "@/core.kmd.json", "-dr", "@/empty", "-c", "@/out");
    expect([code, err]).toEqual([0, ["Warning: no *.kmd.json found in @/empty"]]);
  });

  it.each<[string, readonly string[], string]>([
    ["without KMDs", ["-r", "@/empty", "-c", "@/out"], "no *.kmd.json found in @/empty"],
    ["without output folder", ["-r", "@/m.kmd.json"], "no output folder given: add -c <folder>"],
    [
      "with a path that is not there",
      ["-r", "@/none", "-c", "@/out"],
      "ENOENT: no such file or directory, stat '@/none'",
    ],
    ["with an unknown option", ["--what"], "unknown option '--what'"],
    ["with an argument of no option", ["-h", "what"], "what is 'what' for?"],
    ["with an option that lacks its value", ["-c"], "option '-c' needs a value"],
    ["with a value that an option cannot take", ["--help=me"], "option '--help' takes no value"],
  ])("fails %s", (_, args, message) => {
    write("m.kmd.json", { name: "core", version: "7.3.0" });
    mkdirSync(sandbox.path("empty"));
    const { code, err } = run(...args);
    expect([code, err]).toEqual([
      1,
      ["Generation failed", "Errors:", expect.stringContaining(message)],
    ]);
  });

  it("fails for an unknown target, naming those there are", () => {
    write("core.kmd.json", { name: "core", version: "7.3.0" });
    expect(run("-r", "@/core.kmd.json", "-it", "toString", "-c", "@/out").err.at(-1)).toEqual(
      expect.stringContaining("there are no templates 'toString', only server-ts, client-ts, "),
    );
  });

  it("lists each fault of the KMDs and writes nothing", () => {
    write("a.kmd.json", "{");
    write("b.kmd.json", { name: 5 });
    const { code, err } = run("-r", "@/a.kmd.json", "-r", "@/b.kmd.json", "-c", "@/out");
    expect([code, err]).toEqual([
      1,
      [
        "Generation failed",
        "Errors:",
        "@/a.kmd.json:1:1 $: nothing closes what opens here, expected '}'",
        "@/b.kmd.json:1:9 $.name: this is the number 5, expected a string",
      ],
    ]);
    expect(readdirSync(sandbox.folder).toSorted()).toEqual(["a.kmd.json", "b.kmd.json"]);
  });
});
