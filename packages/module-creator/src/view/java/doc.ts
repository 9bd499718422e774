import { renderDoc, type DocStyle } from "../doc-roles.js";

const LINKABLE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/** Javadoc: HTML stays, but nothing can end the comment, start a tag or be a Unicode escape of Java. */
const JAVADOC: DocStyle = {
  text: (text) => text.replaceAll("\\", "&#92;").replaceAll("@", "&#64;"),
  code: (text) => `<code>${escapeHtml(text)}</code>`,
  reference: (kind, name, text) => {
    if (kind === "other" || kind === "member" || !LINKABLE.test(name)) {
      return text === undefined ? `<code>${escapeHtml(name)}</code>` : escapeHtml(text);
    }
    const target = kind === "event" ? `${name}Event` : name;
    return text === undefined ? `{@link ${target}}` : `{@link ${target} ${escapeHtml(text)}}`;
  },
  link: (url, text) => `<a href="${url}">${escapeHtml(text)}</a>`,
  field: (name, value) => `@${name} ${escapeHtml(value)}`,
  remark: (name) => (name === "note" ? "<b>Note:</b> " : "<b>To do:</b> "),
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"\\@*{}]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** What is said of an operation besides its documentation. */
export interface JavaTags {
  readonly params?: readonly { readonly name: string; readonly doc: string }[];
  readonly returns?: string;
}

/** Documentation as a Javadoc comment on lines of its own, empty where nothing is said. */
export function javadoc(doc: string, { params = [], returns = "" }: JavaTags = {}): string {
  const tags = params
    .filter((param) => param.doc !== "")
    .map((param) => `@param ${param.name} ${render(param.doc)}`);
  const result = returns === "" ? [] : [`@return ${render(returns)}`];
  const text = [render(doc), [...tags, ...result].join("\n")].filter((part) => part !== "");
  if (text.length === 0) {
    return "";
  }
  const lines = text.join("\n\n").split("\n");
  return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

function render(doc: string): string {
  return renderDoc(doc, JAVADOC).replaceAll("*/", "*&#47;");
}
