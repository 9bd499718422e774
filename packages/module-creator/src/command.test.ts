import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "./command.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kmd-command-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command with `@` in arguments standing for the test's folder. */
function run(...args: readonly string[]): {
  code: number;
  out: readonly string[];
  err: readonly string[];
} {
  const out: string[] = [];
  const err: string[] = [];
  const output = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line.replaceAll(folder, "@")),
  };
  const code = runCommand(
    args.map((arg) => arg.replace("@", folder)),
    output,
  );
  return { code, out, err };
}

function write(path: string, content: object | string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(
    join(folder, path),
    typeof content === "string" ? content : JSON.stringify(content),
  );
}

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
    const args = ["-r", "@/kmd", "-c", "@/out", "-v"];
    const first = run(...args);
    expect([first.code, first.err, first.out.at(-1)]).toEqual([0, [], "Generation success"]);
    expect(readdirSync(join(folder, "out"))).toContain("media-object.ts");
    expect(run(...args).out).toContain("Processed file:\tmedia-object.ts\t(not generated)");
  });

  it("names files that it removed", () => {
    write("kmd/core.kmd.json", { name: "core", version: "7.3.0", remoteClasses: [{ name: "A" }] });
    run("-r", "@/kmd", "-c", "@/out");
    write("kmd/core.kmd.json", { name: "core", version: "7.3.0", remoteClasses: [{ name: "B" }] });
    expect(run("-r", "@/kmd", "-c", "@/out", "-v").out).toContain("Removed file:\ta.ts");
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
    expect([code, readdirSync(join(folder, "out")).toSorted()]).toEqual([
      0,
      ["index.ts", "module.ts", "schema.ts", "types.ts", "x.ts"],
    ]);
  });

  it("warns of dependencies without KMDs and goes on", () => {
    write("core.kmd.json", { name: "core", version: "7.3.0" });
    mkdirSync(join(folder, "empty"));
    const { code, err } = run("-r", "@/core.kmd.json", "-dr", "@/empty", "-c", "@/out");
    expect([code, err]).toEqual([0, ["Warning: no *.kmd.json found in @/empty"]]);
  });

  it.each<[string, readonly string[], string]>([
    ["without KMDs", ["-r", "@", "-c", "@/out"], "no *.kmd.json found in @"],
    ["without output folder", ["-r", "@"], "no output folder given: add -c <folder>"],
    [
      "with a path that is not there",
      ["-r", "@/none", "-c", "@/out"],
      "ENOENT: no such file or directory, stat '@/none'",
    ],
    ["with an unknown option", ["--what"], "Unknown option '--what'"],
  ])("fails %s", (_, args, message) => {
    const { code, err } = run(...args);
    expect([code, err]).toEqual([
      1,
      ["Generation failed", "Errors:", expect.stringContaining(message)],
    ]);
  });

  it("fails for an unknown target, naming those there are", () => {
    write("core.kmd.json", { name: "core", version: "7.3.0" });
    expect(run("-r", "@/core.kmd.json", "-it", "toString", "-c", "@/out").err.at(-1)).toBe(
      "there are no templates 'toString', only server-ts, client-ts",
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
    expect(readdirSync(folder).toSorted()).toEqual(["a.kmd.json", "b.kmd.json"]);
  });
});
