import type { EnumType, Item, Primitive, RegisterType, RemoteClass, Type } from "../model/types.js";
import { safeParameter } from "./safe-identifier.js";

const PRIMITIVE_TEXTS: Readonly<Record<Primitive, string>> = {
  String: "string",
  boolean: "boolean",
  int: "number",
  int64: "number",
  float: "number",
  double: "number",
};

/** Gives the local name of a declared type, noting the import that it needs. */
export type TypeNamer = (declaration: RemoteClass | RegisterType | EnumType) => string;

/** A type as TypeScript. */
export function typeText(type: Type, nameOf: TypeNamer): string {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_TEXTS[type.name];
    case "list":
      return `readonly ${typeText(type.of, nameOf)}[]`;
    case "map":
      return `Readonly<Record<string, ${typeText(type.of, nameOf)}>>`;
    default:
      return nameOf(type.declaration);
  }
}

/** What an operation answers: objects may be null. */
export function resultText(type: Type | null, nameOf: TypeNamer): string {
  if (type === null) {
    return "void";
  }
  return type.kind === "object" ? `${typeText(type, nameOf)} | null` : typeText(type, nameOf);
}

/**
 * The parameter list of a method. A parameter may be left out where those behind it may be too; one that
 * may be absent before one that must not takes `undefined`.
 *
 * @param mayBeAbsent whether the code sees the parameter as absent, not as its default
 */
export function parameterTexts(
  params: readonly Item[],
  nameOf: TypeNamer,
  mayBeAbsent: (param: Item) => boolean,
): readonly string[] {
  return params.map((param, index) => {
    const text = typeText(param.type, nameOf);
    const name = safeParameter(param.name);
    if (!mayBeAbsent(param)) {
      return `${name}: ${text}`;
    }
    return params.slice(index).every(mayBeAbsent)
      ? `${name}?: ${text}`
      : `${name}: ${text} | undefined`;
  });
}

/** A field of an interface. */
export function fieldText(item: Item, nameOf: TypeNamer, isOptional = item.optional): string {
  return `readonly ${item.name}${isOptional ? "?" : ""}: ${typeText(item.type, nameOf)}`;
}
