import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { Model } from "../model/types.js";
import { USER_HELPERS, contextOf, loopsOf } from "../view/user-context.js";
import type { Config } from "./config.js";
import { comment, indent, type RenderedFile } from "./render.js";

const SUFFIX = ".hbs";
const HELPERS: Readonly<Record<string, (...values: readonly unknown[]) => unknown>> = {
  ...USER_HELPERS,
  comment,
  indent,
};
const FREEMARKER = /\.ft[lm]$/;

/**
 * Runs a user's own templates: `<loop>_<anything>.hbs` once for the model or once for each class, complex
 * type or event, `_<name>.hbs` as partial `<name>`. The first word of what comes out is the path of the
 * file, the text begins one character behind it; nothing at all makes no file. Templates see own members of
 * the context only and cannot reach JavaScript through them.
 *
 * @throws Error naming the template and what is wrong with it
 */
export function renderUserTemplates(
  folder: string,
  model: Model,
  config: Config,
): readonly RenderedFile[] {
  const names = templateNames(folder);
  const environment = environmentOf(folder, names);
  const context = contextOf(model, config);
  return names
    .filter((name) => !name.startsWith("_"))
    .flatMap((name) => {
      const file = join(folder, name);
      const [loop, items] = loopOf(name, model, file);
      const template = environment.compile(readFileSync(file, "utf8"), COMPILE_OPTIONS);
      return items.flatMap((item) => {
        const text = named(file, () => template({ ...context, [loop]: item }, RUNTIME_OPTIONS));
        return toFile(text);
      });
    });
}

function templateNames(folder: string): readonly string[] {
  const all = readdirSync(folder).toSorted();
  const names = all.filter((name) => name.endsWith(SUFFIX));
  if (names.some((name) => !name.startsWith("_"))) {
    return names;
  }
  const freemarker = all.find((name) => FREEMARKER.test(name));
  throw new Error(
    freemarker === undefined
      ? `${folder}: no templates (*${SUFFIX}) here`
      : `${join(folder, freemarker)}: this is a FreeMarker template, expected Handlebars (*${SUFFIX}), see the README of the module creator`,
  );
}

const COMPILE_OPTIONS: CompileOptions = {
  noEscape: true,
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(HELPERS).map((name) => [name, true])),
};
const RUNTIME_OPTIONS: Handlebars.RuntimeOptions = {
  allowProtoPropertiesByDefault: false,
  allowProtoMethodsByDefault: false,
};

function environmentOf(folder: string, names: readonly string[]): typeof Handlebars {
  const environment = Handlebars.create();
  for (const [name, helper] of Object.entries(HELPERS)) {
    // Handlebars adds an argument of its own at the end.
    environment.registerHelper(name, (...values: readonly unknown[]) =>
      helper(...values.slice(0, -1)),
    );
  }
  for (const name of names.filter((candidate) => candidate.startsWith("_"))) {
    const text = readFileSync(join(folder, name), "utf8");
    environment.registerPartial(
      name.slice(1, -SUFFIX.length),
      environment.compile(text, COMPILE_OPTIONS),
    );
  }
  return environment;
}

function loopOf(name: string, model: Model, file: string): readonly [string, readonly object[]] {
  const loops = loopsOf(model);
  const loop = name.slice(0, -SUFFIX.length).split("_", 1).join();
  const items = Object.hasOwn(loops, loop) ? loops[loop] : undefined;
  if (items === undefined) {
    throw new Error(
      `${file}: '${loop}' is nothing to loop over, expected a name that begins with ${Object.keys(loops).join("_, ")}_ or _`,
    );
  }
  return [loop, items];
}

function named(file: string, render: () => string): string {
  try {
    return render();
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** The first word is the path, the character behind it parts it from the text. */
function toFile(rendered: string): readonly RenderedFile[] {
  const [, path, text = ""] = /^\s*(\S+)(?:\s([^]*))?$/.exec(rendered) ?? [];
  return path === undefined ? [] : [{ path, text }];
}
