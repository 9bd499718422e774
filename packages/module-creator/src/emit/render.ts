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
  readonly #templates = new Map<string, Handlebars.TemplateDelegate>();

  /** @param folder where `<group>/<name>.hbs` lie; names that begin with `_` are partials */
  constructor(folder: string) {
    for (const group of readdirSync(folder)) {
      this.#loadGroup(join(folder, group), group);
    }
  }

  /** @throws Error where the template does not exist or shows something that the view did not give */
  render({ path, template, data }: FileView): RenderedFile {
    const compiled = this.#templates.get(template);
    if (compiled === undefined) {
      throw new Error(`no template '${template}'`);
    }
    return { path, text: tidy(compiled(data)) };
  }

  #loadGroup(folder: string, group: string): void {
    const environment = Handlebars.create();
    environment.registerHelper("comment", comment);
    environment.registerHelper("indent", indent);
    const files = readdirSync(folder).filter((file) => file.endsWith(".hbs"));
    for (const file of files) {
      const name = file.slice(0, -".hbs".length);
      const text = readFileSync(join(folder, file), "utf8");
      if (name.startsWith("_")) {
        environment.registerPartial(name.slice(1), text);
      }
      this.#templates.set(`${group}/${name}`, environment.compile(text, COMPILE_OPTIONS));
    }
  }
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
