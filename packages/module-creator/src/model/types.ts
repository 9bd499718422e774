/** The resolved, frozen and target-free picture of modules that views are made from. */

/** Names of primitive types. */
export const PRIMITIVES = ["String", "boolean", "int", "int64", "float", "double"] as const;
export type Primitive = (typeof PRIMITIVES)[number];

/** Modules whose types have bare names and travel as module `kurento`. */
export const STOCK_MODULES: readonly string[] = ["core", "elements", "filters"];
/** Name of the stock modules on the wire; no other module may have it. */
export const WIRE_MODULE = "kurento";

/** A resolved type; class, register and enum are the declarations themselves. */
export type Type =
  | { readonly kind: "primitive"; readonly name: Primitive }
  | { readonly kind: "enum"; readonly declaration: EnumType }
  | { readonly kind: "register"; readonly declaration: RegisterType }
  | { readonly kind: "object"; readonly declaration: RemoteClass }
  | { readonly kind: "list"; readonly of: Type }
  | { readonly kind: "map"; readonly of: Type };

/** What every declaration of a module has. */
export interface Declaration {
  readonly name: string;
  /** `<wire module>.<name>`. */
  readonly qualifiedName: string;
  /** Name of the declaring module. */
  readonly module: string;
  readonly doc: string;
}

/** A parameter or a field. */
export interface Item {
  readonly name: string;
  readonly doc: string;
  readonly type: Type;
  readonly optional: boolean;
  /** `undefined` where there is none. */
  readonly defaultValue: unknown;
}

/** A property of a class. */
export interface Property extends Item {
  /** Has no setter. */
  readonly readOnly: boolean;
}

/** An operation of a class. */
export interface Method {
  readonly name: string;
  readonly doc: string;
  readonly params: readonly Item[];
  readonly returns: { readonly type: Type; readonly doc: string } | null;
}

/** How clients create objects of a class. */
export interface Constructor {
  readonly doc: string;
  readonly params: readonly Item[];
}

/** A remote class with what it declares itself. */
export interface RemoteClass extends Declaration {
  readonly kind: "class";
  readonly abstract: boolean;
  readonly parent: RemoteClass | null;
  readonly constructorOf: Constructor | null;
  readonly properties: readonly Property[];
  readonly methods: readonly Method[];
  readonly events: readonly EventType[];
}

/** A structure with the fields that it declares itself. */
export interface RegisterType extends Declaration {
  readonly kind: "register";
  readonly parent: RegisterType | null;
  readonly fields: readonly Item[];
}

/** An enumeration. */
export interface EnumType extends Declaration {
  readonly kind: "enum";
  readonly values: readonly string[];
}

/** An event with the fields that it declares itself. */
export interface EventType extends Declaration {
  readonly kind: "event";
  readonly parent: EventType | null;
  readonly fields: readonly Item[];
}

/** A module that another one uses. */
export interface Import {
  readonly name: string;
  /** Version expression. */
  readonly version: string;
  /** The same as a Maven range. */
  readonly mavenVersion: string;
  /** The same as an npm range, or the URL of a repository. */
  readonly npmVersion: string;
}

type Values<K extends string> = Readonly<Record<K, string>>;
type Coordinates = "mavenGroupId" | "mavenArtifactId" | "mavenVersion";

/** Settings of generators, complete: what a KMD leaves out has its default here. */
export interface ModuleCode {
  /** By language; other languages than these may have settings too. */
  readonly api: Readonly<Record<string, Values<string>>> & {
    readonly java: Values<"packageName" | Coordinates>;
    readonly js: Values<"nodeName" | "npmVersion" | "npmDescription"> & {
      readonly npmGit?: string;
    };
  };
  readonly implementation: Values<"cppNamespace" | "lib">;
  /** Present where the Java artifact holds only the KMD. */
  readonly kmd?: Readonly<Record<string, Values<string>>> & { readonly java: Values<Coordinates> };
}

/** A module. */
export interface Module {
  readonly name: string;
  readonly version: string;
  readonly kurentoVersion: string;
  readonly wireModule: string;
  /** Explicit ones first, then those that every module has. */
  readonly imports: readonly Import[];
  readonly code: ModuleCode;
  readonly classes: readonly RemoteClass[];
  readonly registers: readonly RegisterType[];
  readonly enums: readonly EnumType[];
  readonly events: readonly EventType[];
  /** The module's files as one KMD, with imports and settings filled in: what `-o` writes. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A module to generate code for, and those it needs. */
export interface Model {
  readonly module: Module;
  readonly dependencies: readonly Module[];
}

/** Ancestors of a declaration, nearest first. */
export function ancestors<T extends { readonly parent: T | null }>(declaration: T): readonly T[] {
  return declaration.parent === null ? [] : [declaration.parent, ...ancestors(declaration.parent)];
}

/** Fields of a register or an event, inherited ones first. */
export function allFields<
  T extends { readonly parent: T | null; readonly fields: readonly Item[] },
>(declaration: T): readonly Item[] {
  return [declaration, ...ancestors(declaration)].toReversed().flatMap((level) => level.fields);
}

/** A type as a KMD writes it, with the wire module of declared ones: equal texts are equal types. */
export function typeKey(type: Type): string {
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "list":
      return `${typeKey(type.of)}[]`;
    case "map":
      return `${typeKey(type.of)}<>`;
    default:
      return type.declaration.qualifiedName;
  }
}
