/** Words that cannot name a parameter of a TypeScript module. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
  ],
  ...[
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
  ],
  ...[
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
  ],
  ...[
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
  ],
  ...["with", "yield"],
]);

/** Global types that generated files use by name: a declaration so called is written with a `_`. */
const GLOBAL_TYPES: ReadonlySet<string> = new Set(["Object", "Promise", "Readonly", "Record"]);

/** A name for a parameter: the given one, with a `_` behind a reserved word. */
export function safeParameter(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

/** A name for a type: the given one, with a `_` behind a global one. */
export function safeType(name: string): string {
  return GLOBAL_TYPES.has(name) || RESERVED.has(name) ? `${name}_` : name;
}

/** A name for a class member that must not hide one of the runtime's. */
export function safeMember(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? `${name}_` : name;
}
