/** What a role in a documentation points at. */
export type ReferenceKind = "class" | "type" | "event" | "member" | "other";

/** How a target writes the pieces of a documentation. */
export interface DocStyle {
  /** Text without any mark-up of Kurento's. */
  readonly text: (text: string) => string;
  readonly code: (text: string) => string;
  /** @param name what the role names, such as `MediaObject` or `MediaObject.name` @param text to show, if another */
  readonly reference: (kind: ReferenceKind, name: string, text: string | undefined) => string;
  readonly link: (url: string, text: string) => string;
  /** Author or version, at the start of a line. */
  readonly field: (name: "author" | "since", value: string) => string;
  /** Head of a remark: `note` or `todo`. */
  readonly remark: (name: string) => string;
}

const ROLE_KINDS: ReadonlyMap<string, ReferenceKind> = new Map([
  ["rom:cls", "class"],
  ["rom:ref", "type"],
  ["rom:enum", "type"],
  ["rom:evt", "event"],
  ["rom:attr", "member"],
]);

/** A role with its content, code, a field or the head of a remark: one alternative each. */
const MARKS = [
  ":([a-z]+(?::[a-z]+)*):`([^`]*)`",
  "``([^`]+)``",
  String.raw`^[ \t]*:(author|since):[ \t]*(.*)$`,
  String.raw`^[ \t]*\.\.[ \t]*(todo|note)::[ \t]*`,
].join("|");

/** Writes a documentation of a KMD (`module-creator.md` 1.10) in a target's style, lines trimmed. */
export function renderDoc(doc: string, style: DocStyle): string {
  const pieces: string[] = [];
  let end = 0;
  for (const match of doc.matchAll(new RegExp(MARKS, "gm"))) {
    pieces.push(style.text(doc.slice(end, match.index)), renderMark(match, style));
    end = match.index + match[0].length;
  }
  return [...pieces, style.text(doc.slice(end))]
    .join("")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .join("\n")
    .trim();
}

function renderMark(
  [, role, content = "", code, field, value = "", remark]: RegExpExecArray,
  style: DocStyle,
): string {
  if (role !== undefined) {
    return renderRole(role, content, style);
  }
  if (code !== undefined) {
    return style.code(code);
  }
  return isField(field) ? style.field(field, value.trim()) : style.remark(String(remark));
}

function isField(name: string | undefined): name is "author" | "since" {
  return name !== undefined;
}

/** The content is a name, or a text with the name between angle brackets behind it. */
function renderRole(role: string, content: string, style: DocStyle): string {
  const [, text = "", inner] = /^([^<]*)<([^>]*)>$/.exec(content) ?? [];
  const name = (inner ?? content).trim();
  const shown = text.trim() === "" ? undefined : text.trim();
  if (role === "wikipedia") {
    const [language = "", ...title] = name.split(",");
    return wikipedia(language.trim(), title.join(",").trim(), style);
  }
  return style.reference(ROLE_KINDS.get(role) ?? "other", name, shown);
}

function wikipedia(language: string, title: string, style: DocStyle): string {
  const host = /^[a-z-]+$/.test(language) ? `${language}.wikipedia.org` : "wikipedia.org";
  return style.link(
    `https://${host}/wiki/${encodeURIComponent(title.replaceAll(" ", "_"))}`,
    title,
  );
}
