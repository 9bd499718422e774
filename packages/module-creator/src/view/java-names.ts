import { JAVA_WORDS } from "../model/reserved-words.js";
import type { Module, Primitive, Type } from "../model/types.js";

const PRIMITIVE_TEXTS: Readonly<
  Record<Primitive, { readonly value: string; readonly object: string }>
> = {
  String: { value: "String", object: "String" },
  boolean: { value: "boolean", object: "Boolean" },
  int: { value: "int", object: "Integer" },
  int64: { value: "long", object: "Long" },
  float: { value: "float", object: "Float" },
  double: { value: "double", object: "Double" },
};

/** Gives the text by which a file names a declared type. */
export type JavaNamer = (declaration: { readonly name: string; readonly module: string }) => string;

/** A type as Java: primitives as values, as in parameters and results. */
export function javaType(type: Type, nameOf: JavaNamer): string {
  return type.kind === "primitive"
    ? PRIMITIVE_TEXTS[type.name].value
    : javaObjectType(type, nameOf);
}

/** A type as Java that can be null or stand between angle brackets. */
export function javaObjectType(type: Type, nameOf: JavaNamer): string {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_TEXTS[type.name].object;
    case "list":
      return `java.util.List<${javaObjectType(type.of, nameOf)}>`;
    case "map":
      return `java.util.Map<String, ${javaObjectType(type.of, nameOf)}>`;
    default:
      return nameOf(type.declaration);
  }
}

/** A name for a parameter or a field: the given one, with a `_` behind a word of Java. */
export function javaIdentifier(name: string): string {
  return JAVA_WORDS.has(name) ? `${name}_` : name;
}

/** Methods of `Object` that no operation without parameters can have. */
const OBJECT_METHODS: ReadonlySet<string> = new Set([
  ...["clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait"],
]);

/** A name for a method, as {@link javaIdentifier}, that does not clash with those of `Object`. */
export function javaMethod(name: string): string {
  return OBJECT_METHODS.has(name) ? `${name}_` : javaIdentifier(name);
}

/** `a.b` as `a/b`. */
export function packageFolder(packageName: string): string {
  return packageName.replaceAll(".", "/");
}

/** The package of a module's classes. */
export function packageOf({ code }: Module): string {
  return code.api.java.packageName;
}
