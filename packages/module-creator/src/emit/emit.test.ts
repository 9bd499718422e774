import {
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
import { Renderer, comment, indent } from "./render.js";
import { HEAD_MARK, writeFiles } from "./write.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kmd-emit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("writeFiles", () => {
  const text = `${HEAD_MARK}\nexport {};\n`;

  it("writes what is new and leaves what is the same", () => {
    expect(writeFiles(folder, [{ path: "a/b.ts", text }])).toMatchObject({
      written: ["a/b.ts"],
      unchanged: [],
    });
    const before = statSync(join(folder, "a/b.ts"), { bigint: true }).mtimeNs;
    expect(writeFiles(folder, [{ path: "a/b.ts", text }])).toMatchObject({
      written: [],
      unchanged: ["a/b.ts"],
    });
    expect(statSync(join(folder, "a/b.ts"), { bigint: true }).mtimeNs).toBe(before);
    expect(writeFiles(folder, [{ path: "a/b.ts", text: `${text}//\n` }]).written).toEqual([
      "a/b.ts",
    ]);
  });

  it("removes left-over sources of its own only", () => {
    writeFileSync(join(folder, "hand.ts"), "export {};\n");
    writeFileSync(join(folder, "data.json"), "{}\n");
    writeFiles(folder, [{ path: "old.ts", text }]);
    expect(writeFiles(folder, [{ path: "new.ts", text }]).removed).toEqual(["old.ts"]);
    expect(readdirSync(folder).toSorted()).toEqual(["data.json", "hand.ts", "new.ts"]);
  });

  it("fails where a folder is in the way", () => {
    mkdirSync(join(folder, "a.ts"));
    expect(() => writeFiles(folder, [{ path: "a.ts", text }])).toThrow("EISDIR");
  });
});

describe("Renderer", () => {
  const render = (template: string, data: Record<string, unknown>): string => {
    mkdirSync(join(folder, "t"), { recursive: true });
    writeFileSync(join(folder, "t", "x.hbs"), template);
    return new Renderer(folder).render({ path: "x", template: "t/x", data }).text;
  };

  it("shows data as it is", () => {
    expect(render("{{a}}\n{{#each b}}{{this}};{{/each}}", { a: "<&>\"'", b: [1, 2] })).toBe(
      "<&>\"'\n1;2;\n",
    );
  });

  it("fails on what the view did not give", () => {
    expect(() => render("{{missing}}", {})).toThrow('"missing" not defined');
    expect(() => new Renderer(folder).render({ path: "x", template: "t/none", data: {} })).toThrow(
      "no template 't/none'",
    );
  });

  it("fails on other helpers", () => {
    expect(() => render("{{#unless a}}x{{/unless}}{{shout a}}", { a: 1 })).toThrow("shout");
  });

  it("writes comments that nothing inside can end", () => {
    expect(comment("one")).toBe("/** one */");
    expect(comment("one\n\ntwo */ x")).toBe("/**\n * one\n *\n * two *\\/ x\n */");
    expect(indent(1, "a\n\nb")).toBe("  a\n\n  b");
  });

  it("tidies blank lines", () => {
    expect(render("\n\na  \n\n\n\nb {\n\n}\n\n", {})).toBe("a\n\nb {\n}\n");
    expect(readFileSync(join(folder, "t", "x.hbs"), "utf8")).toContain("b {");
  });
});
