/**
 * What generated code tells the runtime about each module: plain data, in the same shapes as on the server's side
 * (`packages/core/src/model/schema-types.ts`). Types are named by their qualified wire name, `<wire module>.<Name>`,
 * where the wire module of core, elements and filters is `kurento`.
 */
import type { RequestOptions } from "@kms/jsonrpc";
import type { RemoteObject, RemoteSession } from "./remote-object.js";

/** The primitives of the KMD format; `int` has 32 bits. */
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
  /** What the server takes where an optional one is absent. */
  readonly defaultValue?: unknown;
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

/** An event. `fields` has the inherited ones first. */
export interface EventSpec {
  readonly name: string;
  readonly qualifiedName: string;
  /** Qualified name of the event it extends. */
  readonly parent: string | null;
  readonly fields: readonly ParamSpec[];
}

/** A remote class; `Params` are those of its constructor, `never` where clients cannot create it. */
export interface ClientClassSpec<Params> {
  readonly name: string;
  readonly qualifiedName: string;
  /** `null` where clients cannot create the class. */
  readonly constructorParams: readonly ParamSpec[] | null;
  /** Never there: carries the type. A method, so that a subclass may have other parameters than its parent. */
  paramsType?(params: Params): void;
}

/** A generated class, as `create` and `attach` take it. */
export interface RemoteClass<Self extends RemoteObject = RemoteObject> {
  readonly spec: ClientClassSpec<never>;
  new (session: RemoteSession, id: string): Self;
}

/** Constructor parameters of a generated class; `never` where clients cannot create it. */
export type ParamsOf<Class extends RemoteClass> =
  Class["spec"] extends ClientClassSpec<infer Params> ? Params : never;

/** What `create` takes after the class: parameters may be left out where all are optional; nothing fits `never`. */
export type CreateArguments<Params> = [Params] extends [never]
  ? [params: never]
  : object extends Params
    ? [params?: Params, options?: RequestOptions]
    : [params: Params, options?: RequestOptions];

/** As {@link RemoteClass}; may be abstract. */
export type AnyRemoteClass = (abstract new (session: RemoteSession, id: string) => RemoteObject) & {
  readonly spec: ClientClassSpec<never>;
};

/** All that a module declares. */
export interface ClientModuleSpec {
  readonly name: string;
  readonly version: string;
  /** The module's name on the wire: `kurento` for core, elements and filters. */
  readonly wireModule: string;
  readonly classes: readonly AnyRemoteClass[];
  readonly registers: readonly RegisterSpec[];
  readonly enums: readonly EnumSpec[];
  readonly events: readonly EventSpec[];
}
