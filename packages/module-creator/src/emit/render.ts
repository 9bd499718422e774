import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { FileView } from "../view/file-view.js";

/** A file with its text, ready to be written. */
export interface RenderedFile {
  /** Path below the output folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Turns views into texts. Templates may use `each`, `if`, partials of their folder, `indent` and `comment`. */
export class Renderer {
  readonly #folder: string;
  readonly #groups = new Map<string, Templates>();

  /** @param folder where `<group>/<name>.hbs` lie; names that begin with `_` are partials */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error where the template does not exist or shows something that the view did not give */
  render({ path, template, data }: FileView): RenderedFile {
    const [group = ""] = template.split("/");
    const templates = this.#groups.get(group) ?? loadGroup(join(this.#folder, group), group);
    this.#groups.set(group, templates);
    const compiled = templates.get(template);
    if (compiled === undefined) {
      throw new Error(`no template '${template}'`);
    }
    return { path, text: tidy(compiled(data)) };
  }
}

type Templates = ReadonlyMap<string, Handlebars.TemplateDelegate>;

function loadGroup(folder: string, group: string): Templates {
  const environment = Handlebars.create();
  environment.registerHelper("comment", comment);
  environment.registerHelper("indent", indent);
  const templates = new Map<string, Handlebars.TemplateDelegate>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".hbs"))) {
    const name = file.slice(0, -".hbs".length);
    const text = readFileSync(join(folder, file), "utf8");
    if (name.startsWith("_")) {
      environment.registerPartial(name.slice(1), text);
    }
    templates.set(`${group}/${name}`, environment.compile(text, COMPILE_OPTIONS));
  }
  return templates;
}

const COMPILE_OPTIONS: CompileOptions = {
  noEscape: true,
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: { comment: true, indent: true },
};

/** Documentation as a block comment; nothing in it can end the comment. */
export function comment(text: unknown): string {
  const lines = String(text).replaceAll("*/", "*\\/").trim().split(/\r?\n/);
  if (lines.length === 1) {
    return `/** ${lines[0] ?? ""} */`;
  }
  return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

/** The text with two spaces per level before each line that has any. */
export function indent(levels: unknown, text: unknown): string {
  const space = "  ".repeat(Number(levels));
  return String(text)
    .split("\n")
    .map((line) => (line === "" ? line : space + line))
    .join("\n");
}

/** No blank lines twice, none before a closing brace or at the ends, one line end at the end. */
function tidy(text: string): string {
  const tidied = text
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(/\n\n( *\})/g, "\n$1");
  return `${tidied.trim()}\n`;
}
