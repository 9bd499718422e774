import type { ConfigTree, JsonValue } from "@kms/core";

import { isTree, ownMember, setOwn } from "../trees.js";
import { ConfigSyntaxError, maxDepth } from "./syntax-error.js";

/**
 * Parses `key=value` lines. `;` and `#` begin comment lines; `[a.b]` a section, whose keys lie below `a.b`; a dot within
 * a key has the same meaning.
 * @throws ConfigSyntaxError for other lines, and for a key or section that comes twice
 */
export function parseIniConfig(text: string): ConfigTree {
  const root: Record<string, JsonValue> = {};
  const sections = new Set<string>();
  let section: string[] = [];
  let offset = 0;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const fail = (problem: string): never => {
      throw new ConfigSyntaxError(text, offset, problem);
    };
    if (line.startsWith("[")) {
      section = sectionOf(line, sections, fail);
    } else if (line !== "" && !/^[;#]/.test(line)) {
      const [key, value] = pairOf(line, fail);
      add(root, [...section, ...key.split(".")], value, fail);
    }
    offset += raw.length + 1;
  }
  return root;
}

type Fail = (problem: string) => never;

function sectionOf(line: string, sections: Set<string>, fail: Fail): string[] {
  const name = /^\[([^\]]+)\]$/.exec(line)?.[1]?.trim();
  if (name === undefined || name === "") return fail("'[section]' was expected");
  if (sections.has(name)) return fail(`section '${name}' comes twice`);
  sections.add(name);
  return name.split(".");
}

function pairOf(line: string, fail: Fail): [key: string, value: string] {
  const split = line.indexOf("=");
  if (split < 0) return fail("'key=value' was expected");
  const key = line.slice(0, split).trim();
  return key === "" ? fail("a key was expected before '='") : [key, line.slice(split + 1).trim()];
}

function add(
  root: Record<string, JsonValue>,
  path: readonly string[],
  value: string,
  fail: Fail,
): void {
  if (path.length > maxDepth) return fail(`more than ${maxDepth} levels`);
  let tree = root;
  for (const key of path.slice(0, -1)) {
    const inner = ownMember(tree, key) ?? {};
    if (!isTree(inner)) return fail(`'${path.join(".")}': '${key}' has a value of its own`);
    setOwn(tree, key, inner);
    tree = inner as Record<string, JsonValue>;
  }
  const last = path.at(-1) ?? "";
  if (Object.hasOwn(tree, last)) return fail(`key '${path.join(".")}' comes twice`);
  setOwn(tree, last, value);
}
