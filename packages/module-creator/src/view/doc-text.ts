/** `:rom:cls:`text<Name>`` and its kin: role, then a name in backticks, perhaps behind a text. */
const ROLE = /:[a-z]+(?::[a-z]+)*:`(?:([^`<]*)<)?([^`>]*)>?`/g;

/** Documentation of a KMD as Markdown: references to other declarations become names in code style. */
export function docText(doc: string): string {
  return doc
    .replaceAll(ROLE, (_, text: string | undefined, name: string) =>
      text?.trim() ? text.trim() : `\`${name}\``,
    )
    .replaceAll("``", "`")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .join("\n")
    .trim();
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
