import { TYPESCRIPT_WORDS } from "../model/reserved-words.js";

/** Global types that generated files use by name: a declaration so called is written with a `_`. */
const GLOBAL_TYPES: ReadonlySet<string> = new Set(["Object", "Promise", "Readonly", "Record"]);

/** A name for a parameter: the given one, with a `_` behind a reserved word. */
export function safeParameter(name: string): string {
  return TYPESCRIPT_WORDS.has(name) ? `${name}_` : name;
}

/** A name for a type: the given one, with a `_` behind a global one. */
export function safeType(name: string): string {
  return GLOBAL_TYPES.has(name) || TYPESCRIPT_WORDS.has(name) ? `${name}_` : name;
}

/** A name for a class member that must not hide one of the runtime's. */
export function safeMember(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? `${name}_` : name;
}
