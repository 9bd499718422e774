import type { ConfigTree } from "@kms/core";

import { emptyNode, treeOf } from "./property-node.js";
import type { PropertyNode } from "./property-node.js";
import { ConfigSyntaxError, maxDepth } from "./syntax-error.js";

interface Token {
  readonly kind: "text" | "{" | "}" | "line";
  readonly offset: number;
  readonly text: string;
}

const gap = /[^\S\n]*(?:;[^\n]*)?/y;
const quoted = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const bare = /[^\s;{}"][^\s;]*/y;
// A text in quotes goes on in the next line after a backslash.
const continuation = /[ \t]*\\[ \t\r]*\n\s*(?=")/y;

/**
 * Parses the INFO format of Boost's property trees: `key value` lines, and members in braces below a line.
 * `#include` is not supported.
 * @throws ConfigSyntaxError
 */
export function parseInfoConfig(text: string): ConfigTree {
  const root = emptyNode();
  const open = [root];
  let last: PropertyNode | undefined;
  let isKeyExpected = true;
  for (const { kind, offset, text: value } of tokens(text)) {
    const fail = (problem: string): never => {
      throw new ConfigSyntaxError(text, offset, problem);
    };
    if (kind === "line") {
      isKeyExpected = true;
    } else if (kind === "{") {
      open.push(parentOf(last, fail));
      if (open.length > maxDepth) fail(`more than ${maxDepth} levels`);
      [last, isKeyExpected] = [undefined, true];
    } else if (kind === "}") {
      if (open.length === 1) fail("'}' without '{'");
      open.pop();
      [last, isKeyExpected] = [undefined, true];
    } else if (isKeyExpected) {
      last = addMember(open.at(-1) ?? root, value, fail);
      isKeyExpected = false;
    } else {
      setText(last, value, fail);
    }
  }
  if (open.length > 1) throw new ConfigSyntaxError(text, text.length, "'}' was expected");
  return treeOf(root);
}

type Fail = (problem: string) => never;

function parentOf(node: PropertyNode | undefined, fail: Fail): PropertyNode {
  if (node === undefined) return fail("'{' without a key before it");
  return node.text === "" ? node : fail("a key with a value cannot have members");
}

function addMember(parent: PropertyNode, key: string, fail: Fail): PropertyNode {
  if (key.startsWith("#")) fail("directives such as #include are not supported");
  const node = emptyNode();
  parent.members.push([key, node]);
  return node;
}

function setText(node: PropertyNode | undefined, text: string, fail: Fail): void {
  if (node === undefined || node.text !== "") fail("one value was expected");
  else node.text = text;
}

function* tokens(text: string): Generator<Token> {
  let offset = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    offset += found?.length ?? 0;
    return found;
  };
  for (take(gap); offset < text.length; take(gap)) {
    const start = offset;
    const mark = text[offset] ?? "";
    if (mark === "\n" || mark === "{" || mark === "}") {
      offset += 1;
      yield { kind: mark === "\n" ? "line" : mark, offset: start, text: mark };
    } else {
      yield { kind: "text", offset: start, text: takeText(take, text, start) };
    }
  }
}

function takeText(
  take: (pattern: RegExp) => string | undefined,
  text: string,
  start: number,
): string {
  const word = take(bare);
  if (word !== undefined) return word;
  let value = "";
  do {
    const part = take(quoted);
    if (part === undefined)
      throw new ConfigSyntaxError(text, start, "the closing quote is missing");
    value += unescape(part.slice(1, -1));
  } while (take(continuation) !== undefined);
  return value;
}

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, mark: string) => escapes[mark] ?? mark);
}
