import { JAVA_WORDS } from "../../model/reserved-words.js";
import { avoid } from "../safe-identifier.js";
import type { Model, Module, Primitive, Type } from "../../model/types.js";

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

/** A name for a parameter or a field: the given one, with one more `_` behind a word of Java. */
export function javaIdentifier(name: string): string {
  return avoid(JAVA_WORDS, name);
}

/** Methods of `Object` that no operation without parameters can have. */
const OBJECT_METHODS: ReadonlySet<string> = new Set([
  ...["clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait"],
]);

/** A name for a method, as {@link javaIdentifier}, that does not clash with those of `Object`. */
export function javaMethod(name: string): string {
  return avoid(OBJECT_METHODS, javaIdentifier(name));
}

/** `a.b` as `a/b`. */
export function packageFolder(packageName: string): string {
  return packageName.replaceAll(".", "/");
}

/** The package of a module's classes. */
export function packageOf({ code }: Module): string {
  return code.api.java.packageName;
}

/** Package of the client and of the stock modules. */
const CLIENT_PACKAGE = "org.kurento.client";

/** How the files of a module name the classes of the client and of modules. */
export class JavaNames {
  readonly #own: string;
  readonly #declared: ReadonlySet<string>;
  readonly #packages: ReadonlyMap<string, string>;

  constructor({ module, dependencies }: Model) {
    this.#own = packageOf(module);
    this.#declared = new Set(declaredNames(module));
    this.#packages = new Map([module, ...dependencies].map((each) => [each.name, packageOf(each)]));
  }

  get packageName(): string {
    return this.#own;
  }

  /** Whether files need an import of the client's package. */
  get importsClient(): boolean {
    return this.#own !== CLIENT_PACKAGE;
  }

  /** A class of the client's runtime. */
  client(name: string): string {
    return this.#nameIn(CLIENT_PACKAGE, name);
  }

  readonly of: JavaNamer = ({ name, module }) => this.#nameIn(this.#packages.get(module), name);

  /** The simple name where it means the right class: own ones hide those that the import brings. */
  #nameIn(packageName: string | undefined, name: string): string {
    const isVisible = packageName === CLIENT_PACKAGE && !this.#declared.has(name);
    return packageName === this.#own || isVisible ? name : `${packageName}.${name}`;
  }
}

function declaredNames({ classes, registers, enums, events }: Module): readonly string[] {
  const names = [...classes, ...registers, ...enums].map(({ name }) => name);
  return [...names, ...events.map(({ name }) => `${name}Event`)];
}
