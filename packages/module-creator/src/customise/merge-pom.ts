import { DOMParser, XMLSerializer, type Document, type Element, type Node } from "@xmldom/xmldom";

/** Elements whose children are appended to those generated, by path below the root. */
const APPENDED: ReadonlySet<string> = new Set(["dependencies", "build/plugins"]);
/** Elements whose children are added or replaced one by one; `build` so that its plugins are reached. */
const MERGED: ReadonlySet<string> = new Set(["properties", "build"]);

/**
 * Merges a `pom.xml` that lies beside the KMDs into the generated one: elements are added or replaced whole,
 * dependencies and plugins are appended, properties are merged.
 *
 * @param file named in errors
 * @throws Error where the customiser is no XML
 */
export function mergePom(generated: string, custom: string, file: string): string {
  const { document, root } = parse(generated, "the generated pom.xml");
  mergeInto(root, parse(custom, file).root, []);
  layOut(document, root, "\n");
  return `${new XMLSerializer().serializeToString(document).trimEnd()}\n`;
}

/** Moves what the customiser has into the base. */
function mergeInto(base: Element, custom: Element, path: readonly string[]): void {
  for (const child of elementsOf(custom)) {
    const place = [...path, child.tagName].join("/");
    const before = elementsOf(base).find(({ tagName }) => tagName === child.tagName);
    if (before === undefined) {
      base.appendChild(child);
    } else if (APPENDED.has(place)) {
      elementsOf(child).forEach((entry) => before.appendChild(entry));
    } else if (MERGED.has(place)) {
      mergeInto(before, child, [...path, child.tagName]);
    } else {
      base.replaceChild(child, before);
    }
  }
}

/** Puts each element on a line of its own; text beside nothing else stays where it is. */
function layOut(document: Document, parent: Element, lineEnd: string): void {
  const children = [...parent.childNodes].filter((node) => !isBlank(node));
  if (elementsOf(parent).length === 0) {
    return;
  }
  [...parent.childNodes].forEach((node) => parent.removeChild(node));
  for (const child of children) {
    parent.appendChild(document.createTextNode(`${lineEnd}  `));
    parent.appendChild(child);
    if (isElement(child)) {
      layOut(document, child, `${lineEnd}  `);
    }
  }
  parent.appendChild(document.createTextNode(lineEnd));
}

function isBlank(node: Node): boolean {
  return node.nodeType === node.TEXT_NODE && (node.nodeValue ?? "").trim() === "";
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

function elementsOf(parent: Element): readonly Element[] {
  return [...parent.childNodes].filter(isElement);
}

function parse(
  text: string,
  file: string,
): { readonly document: Document; readonly root: Element } {
  // A document type could declare entities; a project has no use for it.
  if (text.includes("<!DOCTYPE")) {
    throw new Error(`${file}: this has a document type, expected a plain project`);
  }
  const onError = (_level: string, message: string): never => {
    throw new Error(`${file}: ${message}`);
  };
  const document = new DOMParser({ onError }).parseFromString(text, "text/xml");
  const root = document.documentElement;
  if (root?.tagName !== "project") {
    throw new Error(`${file}: expected a Maven project`);
  }
  return { document, root };
}
