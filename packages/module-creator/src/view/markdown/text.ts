import { renderDoc, type DocStyle, type ReferenceKind } from "../doc-roles.js";

/** HTML that documentations may use; any other `<` is shown as it is. */
const FOREIGN_TAG = /<(?!\/?(?:b|br|code|em|hr|i|li|ol|p|pre|strong|sub|sup|ul)\s*\/?>)/gi;

/** A text as code, with as many backticks around it as it needs. */
export function codeSpan(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${space}${text.replaceAll(/\s+/g, " ")}${space}${fence}`;
}

/** A text for one cell of a table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** Gives the link to what a role names, `undefined` where the model does not know it. */
export type LinkFinder = (kind: ReferenceKind, name: string) => string | undefined;

/** Writes documentations as Markdown whose roles are links. */
export class MarkdownText {
  readonly #style: DocStyle;

  constructor(find: LinkFinder) {
    this.#style = {
      text: escapeTags,
      code: codeSpan,
      reference: (kind, name, text) => {
        const shown = text === undefined ? codeSpan(name) : linkText(text);
        const target = find(kind, name);
        return target === undefined ? shown : `[${shown}](${target})`;
      },
      link: (url, text) => `[${linkText(text)}](${url})`,
      field: (name, value) => `${name === "since" ? "Since" : "Author"}: ${escapeTags(value)}`,
      remark: (name) => (name === "note" ? "**Note:** " : "**To do:** "),
    };
  }

  /** A documentation as paragraphs. */
  block(doc: string): string {
    return renderDoc(doc, this.#style);
  }

  /** A documentation as one cell of a table. */
  cell(doc: string): string {
    return cell(this.block(doc));
  }
}

/** Code between backticks shows tags by itself. */
function escapeTags(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(FOREIGN_TAG, "&lt;")))
    .join("");
}

function linkText(text: string): string {
  return escapeTags(text).replaceAll(/[[\]]/g, "\\$&");
}
