import type { ConfigTree } from "@kms/core";
import { SaxesParser } from "saxes";

import { emptyNode, treeOf } from "./property-node.js";
import type { PropertyNode } from "./property-node.js";
import { ConfigSyntaxError, maxDepth } from "./syntax-error.js";

const declaration = /^\s*<\?xml[^>]*\?>/;

/**
 * Parses XML as Boost's property trees do: elements are keys, their texts values, several elements may stand at the top.
 * Attributes come below `<xmlattr>`. Entities other than XML's own, and document types, are refused.
 * @throws ConfigSyntaxError
 */
export function parseXmlConfig(text: string): ConfigTree {
  const root = emptyNode();
  const open = [root];
  const parser = new SaxesParser({ fragment: true, xmlns: false });
  const fail = (problem: string): never => {
    throw new ConfigSyntaxError(text, parser.position, problem);
  };
  parser.on("error", (error) => fail(error.message.replace(/^[\d:]*\s*/, "")));
  parser.on("text", (part) => addText(open.at(-1), part));
  parser.on("cdata", (part) => addText(open.at(-1), part));
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length > maxDepth) fail(`more than ${maxDepth} levels`);
    const node = emptyNode();
    open.at(-1)?.members.push([name, node]);
    addAttributes(node, attributes);
    open.push(node);
  });
  parser.on("closetag", () => trim(open.pop(), fail));
  // Same length, so that positions stay right.
  parser.write(text.replace(declaration, (found) => found.replace(/[^\n]/g, " "))).close();
  if (root.text.trim() !== "") fail("a text was not expected beside elements");
  return treeOf(root);
}

type Fail = (problem: string) => never;

function addText(node: PropertyNode | undefined, part: string): void {
  if (node !== undefined) node.text += part;
}

function addAttributes(node: PropertyNode, attributes: Readonly<Record<string, string>>): void {
  const members = Object.entries(attributes).map(([name, text]): [string, PropertyNode] => [
    name,
    { text, members: [] },
  ]);
  if (members.length > 0) node.members.push(["<xmlattr>", { text: "", members }]);
}

function trim(node: PropertyNode | undefined, fail: Fail): void {
  if (node === undefined) return;
  node.text = node.text.trim();
  if (node.text !== "" && node.members.length > 0) fail("a text was not expected beside elements");
}
