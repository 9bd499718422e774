import type { FusedModule, Sourced } from "./fuse.js";
import { camelCase } from "./names.js";
import { checkOperations, getterName } from "./operations.js";
import type { Origin, Problems } from "./problems.js";
import { CPP_WORDS, JAVA_WORDS, TYPESCRIPT_WORDS } from "./reserved-words.js";
import {
  PRIMITIVES,
  STOCK_MODULES,
  ancestors,
  type EventType,
  type Item,
  type Module,
  type RegisterType,
} from "./types.js";

/** A declaration with its place. */
interface Named {
  readonly name: string;
  readonly noun: "type" | "event";
  readonly origin: Origin;
  /** What generated files of all targets declare for it. */
  readonly generated: readonly string[];
}

/** Checks what concerns several declarations of a module, or a declaration and the code made from it. */
export function checkModule(
  module: Module,
  fused: FusedModule,
  visible: readonly Module[],
  problems: Problems,
): void {
  const named = namedOf(fused);
  named.forEach((each) => checkName(each, problems));
  checkUnique(named, module, problems);
  checkStock(named, module, visible, problems);
  const classes = byName(module.classes);
  const registers = byName(module.registers);
  const events = byName(module.events);
  for (const { name, noun, origin } of named) {
    const declared = noun === "event" ? events.get(name) : registers.get(name);
    if (declared !== undefined) {
      checkFields(declared, origin, problems);
    }
    const declaredClass = noun === "type" ? classes.get(name) : undefined;
    if (declaredClass !== undefined) {
      checkOperations(declaredClass, origin, problems);
    }
  }
}

function byName<T extends { readonly name: string }>(
  declared: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(declared.map((each) => [each.name, each]));
}

function namedOf({ remoteClasses, complexTypes, events }: FusedModule): readonly Named[] {
  const named = (
    noun: Named["noun"],
    generated: (name: string) => readonly string[],
  ): ((sourced: Sourced<{ readonly name: string }>) => Named) => {
    return ({ value: { name }, origin }) => ({ name, noun, origin, generated: generated(name) });
  };
  return [
    ...remoteClasses.map(named("type", classNames)),
    ...complexTypes.map(named("type", (name) => [name])),
    ...events.map(named("event", (name) => [`${name}Event`, `${camelCase(name)}Event`])),
  ];
}

function classNames(name: string): readonly string[] {
  const constant = camelCase(name);
  return [
    ...[name, `${name}Base`, `${name}Params`, `${name}Events`],
    ...[`${constant}Spec`, `${constant}Operations`, `${constant}Constructor`],
  ];
}

/** What the files of a module declare for the module itself. */
function moduleNames(name: string): readonly string[] {
  const constant = camelCase(name);
  return ["Module", "Enums", "Registers", "Events"].map((suffix) => constant + suffix);
}

const DECLARED_NAME = /^[A-Za-z]\w*$/;
/** What generated TypeScript uses by name, so that no class may be called so. */
const TYPESCRIPT_TYPES = ["Object", "Promise", "Readonly", "Record", "constructor"];

function checkName({ name, noun, origin, generated }: Named, problems: Problems): void {
  if (!DECLARED_NAME.test(name)) {
    problems.add(
      origin.at("name"),
      `'${name}' cannot be a name`,
      "letters, digits and _, with a letter first",
    );
  }
  const isClass = generated.length > 2;
  const isWord = [TYPESCRIPT_WORDS, JAVA_WORDS, CPP_WORDS].some((words) => words.has(name));
  const isPrimitive = (PRIMITIVES as readonly string[]).includes(name);
  if (noun === "type" && (isWord || isPrimitive || (isClass && TYPESCRIPT_TYPES.includes(name)))) {
    problems.add(
      origin.at("name"),
      `'${name}' cannot be the name of a type`,
      "no word of KMD, TypeScript, Java or C++",
    );
  }
}

/** Names are unique, also where case and `_` do not count, as in file names, and what is generated for them. */
function checkUnique(named: readonly Named[], module: Module, problems: Problems): void {
  const seen = new Map<string, Named>();
  const generated = new Map(
    moduleNames(module.name).map((name) => [name, `module ${module.name}`]),
  );
  for (const each of named) {
    const key = `${each.noun} ${each.name.replaceAll("_", "").toLowerCase()}`;
    const before = seen.get(key);
    seen.set(key, each);
    if (before === undefined) {
      checkGenerated(each, generated, problems);
    } else {
      addTwin(each, before, problems);
    }
  }
}

function addTwin({ name, noun, origin }: Named, before: Named, problems: Problems): void {
  const { file, line } = before.origin.location;
  const problem =
    name === before.name
      ? `the ${noun} '${name}' is declared twice`
      : `the ${noun} '${name}' differs from '${before.name}' only in case or _`;
  problems.add(origin, problem, "each name once in a module", `see ${file}:${line}`);
}

function checkGenerated(
  { name, noun, origin, generated }: Named,
  taken: Map<string, string>,
  problems: Problems,
): void {
  const clash = generated.find((each) => taken.has(each));
  if (clash !== undefined) {
    problems.add(
      origin.at("name"),
      `generated code would have '${clash}' for ${taken.get(clash)} and for the ${noun} '${name}'`,
      "a name that keeps them apart",
    );
  }
  generated.forEach((each) => taken.set(each, `the ${noun} '${name}'`));
}

/** The stock modules share one space of names. */
function checkStock(
  named: readonly Named[],
  module: Module,
  visible: readonly Module[],
  problems: Problems,
): void {
  const others = STOCK_MODULES.includes(module.name)
    ? visible.filter(({ name }) => STOCK_MODULES.includes(name))
    : [];
  for (const { name, noun, origin } of named) {
    const owner = others.find((other) => declares(other, noun, name));
    if (owner !== undefined) {
      problems.add(
        origin.at("name"),
        `the ${noun} '${name}' is also declared in module '${owner.name}'`,
        "each name once in core, elements and filters",
      );
    }
  }
}

function declares(module: Module, noun: Named["noun"], name: string): boolean {
  const { classes, registers, enums, events } = module;
  const declared = noun === "event" ? events : [...classes, ...registers, ...enums];
  return declared.some((each) => each.name === name);
}

/** Fields have names of their own among those inherited, also where they become methods. */
function checkFields(declared: RegisterType | EventType, origin: Origin, problems: Problems): void {
  const before = new Map(
    ancestors<Level>(declared)
      .toReversed()
      .flatMap((level) => level.fields.map((field) => [getterName(field.name), level.name])),
  );
  for (const [index, { name }] of declared.fields.entries()) {
    const owner = before.get(getterName(name));
    if (owner !== undefined) {
      problems.add(
        origin.at("properties", index),
        `the field '${name}' is also inherited from '${owner}'`,
        "a name that no ancestor has",
      );
    }
  }
  checkTwins(declared, origin, problems);
}

/** A field makes a getter, in which the case of its first letter is lost. */
function checkTwins({ fields }: Level, origin: Origin, problems: Problems): void {
  for (const [index, { name }] of fields.entries()) {
    const twin = fields
      .slice(0, index)
      .find((field) => field.name !== name && getterName(field.name) === getterName(name));
    if (twin !== undefined) {
      problems.add(
        origin.at("properties", index),
        `the field '${name}' differs from '${twin.name}' only in the case of its first letter`,
        "names that differ in more",
      );
    }
  }
}

interface Level {
  readonly name: string;
  readonly parent: Level | null;
  readonly fields: readonly Item[];
}
