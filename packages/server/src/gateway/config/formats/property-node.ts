import type { ConfigTree, JsonValue } from "@kms/core";

import { ownMember, setOwn } from "../trees.js";

/** A node of formats in which keys may repeat and every node may have a text and members: INFO and XML. */
export interface PropertyNode {
  text: string;
  /** In the order of the file. */
  readonly members: [key: string, node: PropertyNode][];
}

/** A node without anything. */
export function emptyNode(): PropertyNode {
  return { text: "", members: [] };
}

/**
 * The members as JSON: members with empty keys make a list, members with the same key a list below that key, and those
 * whose keys begin with `//` are comments.
 */
export function treeOf({ members }: PropertyNode): ConfigTree {
  const tree: Record<string, JsonValue> = {};
  const lists = new Map<string, JsonValue[]>();
  for (const [key, node] of members) {
    if (key.startsWith("//")) continue;
    const value = valueOf(node);
    const list = lists.get(key);
    const earlier = ownMember(tree, key);
    if (list !== undefined) list.push(value);
    else if (earlier === undefined) setOwn(tree, key, value);
    else setOwn(tree, key, startList(lists, key, [earlier, value]));
  }
  return tree;
}

function startList(lists: Map<string, JsonValue[]>, key: string, list: JsonValue[]): JsonValue[] {
  lists.set(key, list);
  return list;
}

function valueOf(node: PropertyNode): JsonValue {
  if (node.members.length === 0) return node.text;
  if (node.members.every(([key]) => key === ""))
    return node.members.map(([, item]) => valueOf(item));
  return treeOf(node);
}
