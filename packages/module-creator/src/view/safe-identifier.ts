import { TYPESCRIPT_WORDS } from "../model/reserved-words.js";

/** Types that generated files use by name, and those of the language: a declaration so called is written with a `_`. */
const TAKEN_TYPES: ReadonlySet<string> = new Set([
  ...TYPESCRIPT_WORDS,
  ...["Object", "Promise", "Readonly", "Record"],
  ...["any", "bigint", "boolean", "never", "number", "object", "string", "symbol", "undefined"],
  ...["unknown"],
]);

/** A name for a parameter: the given one, with a `_` behind a reserved word. */
export function safeParameter(name: string): string {
  return avoid(TYPESCRIPT_WORDS, name);
}

/** A name for a type: the given one, with a `_` behind one that is taken. */
export function safeType(name: string): string {
  return avoid(TAKEN_TYPES, name);
}

/** A name for a class member that must not hide one of the runtime's. */
export function safeMember(name: string, taken: ReadonlySet<string>): string {
  return avoid(taken, name);
}

/** The name, with one more `_` if it is a taken one with any number of them: no two names become one. */
export function avoid(taken: ReadonlySet<string>, name: string): string {
  return taken.has(name.replace(/_+$/, "")) ? `${name}_` : name;
}
