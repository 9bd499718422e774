import { renderDoc, type DocStyle } from "./doc-roles.js";

/** A name that a link in a comment can point at. */
const LINKABLE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/** TSDoc: references are links, the rest is Markdown as it stands. */
const TSDOC: DocStyle = {
  text: (text) => text,
  code: (text) => `\`${text}\``,
  reference: (kind, name, text) => {
    const target = kind === "event" ? `${name}Event` : name;
    if (kind === "other" || !LINKABLE.test(name)) {
      return text ?? `\`${name}\``;
    }
    return text === undefined ? `{@link ${target}}` : `{@link ${target} | ${text}}`;
  },
  link: (url, text) => `[${text}](${url})`,
  field: (name, value) => (name === "since" ? `@since ${value}` : `Author: ${value}`),
  remark: (name) => (name === "note" ? "Note: " : "To do: "),
};

/** Documentation of a KMD as TSDoc. */
export function docText(doc: string): string {
  return renderDoc(doc, TSDOC);
}

/** A member's documentation with its parameters and result, ready for a comment; empty where nothing is said. */
export function memberDoc(
  doc: string,
  params: readonly { readonly name: string; readonly doc: string }[],
  returnDoc: string,
): string {
  const lines = params
    .filter((param) => param.doc !== "")
    .map((param) => `@param ${param.name} ${docText(param.doc).replaceAll("\n", "\n  ")}`);
  const result = returnDoc === "" ? [] : [`@returns ${docText(returnDoc)}`];
  const tags = [...lines, ...result];
  return [docText(doc), tags.join("\n")].filter((part) => part !== "").join("\n\n");
}
