/**
 * The contract between generated code and the runtime: what `kurento-module-creator` writes about each
 * module, as plain data. Everything but {@link Operation.call} can be serialised.
 *
 * Types are named by their qualified wire name, `<wire module>.<Name>`, where the wire module of core,
 * elements and filters is `kurento`: `kurento.MediaType`, `chroma.WindowParam`.
 */

/** Any JSON value, as it comes from or goes to the wire. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** The primitives of the KMD format; `int` has 32 bits, `int64` travels as a JSON number. */
export type PrimitiveName = "String" | "boolean" | "int" | "int64" | "float" | "double";

/** A resolved type. `name` of an enum, a register or an object (remote class) is its qualified name. */
export type TypeRef =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "enum"; readonly name: string }
  | { readonly kind: "register"; readonly name: string }
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "list"; readonly of: TypeRef }
  | { readonly kind: "map"; readonly of: TypeRef };

/** A parameter of an operation or a constructor, or a field of a register or an event. */
export interface ParamSpec {
  readonly name: string;
  readonly type: TypeRef;
  readonly optional: boolean;
  /** What the decoder gives where an optional one is absent. */
  readonly defaultValue?: JsonValue;
}

/** One operation that a client can invoke. */
export interface OperationSpec {
  readonly name: string;
  readonly kind: "method" | "getter" | "setter";
  readonly params: readonly ParamSpec[];
  /** `null` for an operation that answers nothing. */
  readonly returns: TypeRef | null;
}

/** An operation with the code that performs it on an instance. */
export interface Operation<Self = object> extends OperationSpec {
  /** @param args decoded parameters, one for each of `params`, `undefined` where absent */
  call(self: Self, args: readonly unknown[]): unknown;
}

/** The operations that a class declares itself, by name. */
export type OperationTable<Self = object> = Readonly<Record<string, Operation<Self>>>;

/** A remote class. */
export interface ClassSpec {
  readonly name: string;
  readonly qualifiedName: string;
  readonly abstract: boolean;
  readonly parent: ClassSpec | null;
  /** `null` where clients cannot create the class. */
  readonly constructorParams: readonly ParamSpec[] | null;
  readonly operations: OperationTable;
  /** Names of the events that the class declares itself. */
  readonly events: readonly string[];
}

/** A structure. `fields` has the inherited ones first. */
export interface RegisterSpec {
  readonly name: string;
  readonly qualifiedName: string;
  /** Qualified name of the register it extends. */
  readonly parent: string | null;
  readonly fields: readonly ParamSpec[];
}

/** An enumeration; its values travel as strings. */
export interface EnumSpec {
  readonly name: string;
  readonly qualifiedName: string;
  readonly values: readonly string[];
}

/** An event. `fields` has the inherited ones first (`source`, `timestampMillis`, `tags`, then `type`). */
export interface EventSpec {
  readonly name: string;
  readonly qualifiedName: string;
  /** Qualified name of the event it extends. */
  readonly parent: string | null;
  readonly fields: readonly ParamSpec[];
}

/** All that a module declares. */
export interface ModuleSpec {
  readonly name: string;
  readonly version: string;
  /** The module's name on the wire (`__module__`): `kurento` for core, elements and filters. */
  readonly wireModule: string;
  readonly classes: readonly ClassSpec[];
  readonly registers: readonly RegisterSpec[];
  readonly enums: readonly EnumSpec[];
  readonly events: readonly EventSpec[];
}

/** What the runtime needs to know of a media object. */
export interface RemoteInstance {
  readonly id: string;
  /** The most derived class. */
  readonly spec: ClassSpec;
}

/** Result of an operation: now or later. */
export type MaybePromise<T> = T | Promise<T>;
