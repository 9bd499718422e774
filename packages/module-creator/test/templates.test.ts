import Handlebars from "handlebars";
import { describe, expect, it } from "vitest";
import { templateFolder } from "../src/generate.js";
import { readTree } from "./support.js";

const ALLOWED: ReadonlySet<string> = new Set(["each", "if", "comment", "indent"]);

/** Calls every node of a template's syntax tree: anything with a `path` and `params` may call a helper. */
function helpersOf(node: unknown): string[] {
  if (Array.isArray(node)) {
    return node.flatMap(helpersOf);
  }
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const { type, path, params } = node as {
    type?: string;
    path?: { original?: unknown };
    params?: readonly unknown[];
  };
  const isCall = type === "BlockStatement" || type === "SubExpression" || (params?.length ?? 0) > 0;
  const own = isCall && type !== "PartialStatement" ? [String(path?.original)] : [];
  return [...own, ...Object.values(node).flatMap(helpersOf)];
}

describe("templates", () => {
  const templates = [...readTree(templateFolder())];

  it("are there", () => {
    expect(templates.length).toBeGreaterThan(10);
  });

  it.each(templates)("%s uses no helper but each, if, comment and indent", (_, text) => {
    expect(helpersOf(Handlebars.parse(text)).filter((name) => !ALLOWED.has(name))).toEqual([]);
  });

  it.each([
    "{{#unless a}}{{/unless}}",
    "{{shout a}}",
    "{{#with a}}{{/with}}",
    "{{comment (lookup a b)}}",
  ])("that used another, as %s, would be found", (text) => {
    expect(helpersOf(Handlebars.parse(text)).some((name) => !ALLOWED.has(name))).toBe(true);
  });
});
