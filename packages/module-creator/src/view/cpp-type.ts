import type { Primitive, RegisterType, Type } from "../model/types.js";
import { allFields } from "../model/types.js";
import { cppMember, distinctIdentifiers, type CppNames } from "./cpp-names.js";

const PRIMITIVE_TEXTS: Readonly<Record<Primitive, string>> = {
  String: "std::string",
  boolean: "bool",
  int: "std::int32_t",
  int64: "std::int64_t",
  float: "float",
  double: "double",
};

/** Gives the C++ type for an object of a remote class. */
export type ObjectText = (qualifiedName: string) => string;

/** An object as its id, for registers and events, which know no session. */
export const refText: ObjectText = (name) => `::kms::model::Ref<${name}>`;

/** A type as C++. */
export function cppType(type: Type, names: CppNames, objectText: ObjectText = refText): string {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_TEXTS[type.name];
    case "list":
      return `std::vector<${cppType(type.of, names, objectText)}>`;
    case "map":
      return `std::map<std::string, ${cppType(type.of, names, objectText)}>`;
    case "object":
      return objectText(names.qualified(type.declaration));
    default:
      return names.qualified(type.declaration);
  }
}

/** Declarations that a type is made of, in whatever lists and maps. */
export function innermost(type: Type): Exclude<Type, { kind: "list" | "map" }> {
  return type.kind === "list" || type.kind === "map" ? innermost(type.of) : type;
}

/** A default value, which the model has checked against its type, as a C++ expression. */
export function cppLiteral(type: Type, value: unknown, names: CppNames): string {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_LITERALS[type.name](value);
    case "enum": {
      const { values } = type.declaration;
      const name = String(distinctIdentifiers(values)[values.indexOf(String(value))]);
      return `${names.qualified(type.declaration)}::${name}`;
    }
    case "list":
      return `${cppType(type, names)}{${(value as unknown[]).map((one) => cppLiteral(type.of, one, names)).join(", ")}}`;
    case "map":
      return `${cppType(type, names)}{${mapEntries(type.of, value as object, names)}}`;
    case "register":
      return registerLiteral(type.declaration, value as Readonly<Record<string, unknown>>, names);
    case "object":
      return `${cppType(type, names)}{}`;
  }
}

function mapEntries(of: Type, value: object, names: CppNames): string {
  return Object.entries(value)
    .map(([key, member]) => `{${cppString(key)}, ${cppLiteral(of, member, names)}}`)
    .join(", ");
}

/** Inherited fields cannot be given in braces by name: a function makes the value. */
function registerLiteral(
  register: RegisterType,
  value: Readonly<Record<string, unknown>>,
  names: CppNames,
): string {
  const name = names.qualified(register);
  const assignments = allFields(register)
    .filter((field) => Object.hasOwn(value, field.name))
    .map((field) => {
      const member = cppMember(field.name, register.name);
      return `made.${member} = ${cppLiteral(field.type, value[field.name], names)};`;
    });
  return `[] { ${[`${name} made;`, ...assignments, "return made;"].join(" ")} }()`;
}

const PRIMITIVE_LITERALS: Readonly<Record<Primitive, (value: unknown) => string>> = {
  String: (value) => cppString(String(value)),
  boolean: String,
  int: String,
  int64: (value) => `std::int64_t{${String(value)}}`,
  float: (value) => `${decimal(Number(value))}F`,
  double: (value) => decimal(Number(value)),
};

function decimal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A `std::string` of the text's UTF-8; one with a NUL needs its length said. */
export function cppString(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const literal = [...bytes].map(byteText).join("");
  return text.includes("\0") ? `std::string("${literal}", ${bytes.length})` : `"${literal}"`;
}

/** Octal escapes end after three digits, whatever follows. */
function byteText(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && !'"\\?'.includes(String.fromCharCode(byte));
  return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
}
