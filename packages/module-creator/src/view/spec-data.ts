import { getterName, setterName } from "../model/operations.js";
import {
  allFields,
  ancestors,
  type Constructor,
  type EnumType,
  type EventType,
  type Item,
  type Method,
  type Property,
  type RegisterType,
  type RemoteClass,
  type Type,
} from "../model/types.js";

/** Plain data about a model, in the shape that the runtimes read (`schema-types.ts` of core). */

export type TypeRef =
  | { readonly kind: "primitive" | "enum" | "register" | "object"; readonly name: string }
  | { readonly kind: "list" | "map"; readonly of: TypeRef };

export interface ParamSpec {
  readonly name: string;
  readonly type: TypeRef;
  readonly optional: boolean;
  readonly defaultValue?: unknown;
}

export interface OperationSpec {
  readonly name: string;
  readonly kind: "method" | "getter" | "setter";
  readonly params: readonly ParamSpec[];
  readonly returns: TypeRef | null;
}

export function typeRef(type: Type): TypeRef {
  switch (type.kind) {
    case "primitive":
      return { kind: "primitive", name: type.name };
    case "list":
    case "map":
      return { kind: type.kind, of: typeRef(type.of) };
    default:
      return { kind: type.kind, name: type.declaration.qualifiedName };
  }
}

/** A default counts only where the item may be absent. */
export function paramSpec({ name, type, optional, defaultValue }: Item): ParamSpec {
  const base = { name, type: typeRef(type), optional };
  return optional && defaultValue !== undefined ? { ...base, defaultValue } : base;
}

/** An operation with what views need of the model besides. */
export interface OperationView {
  readonly spec: OperationSpec;
  readonly doc: string;
  readonly params: readonly Item[];
  readonly returns: Type | null;
  readonly returnDoc: string;
  /** Whether an ancestor has it too. */
  readonly isOverride: boolean;
}

/** The operations that a class declares: its methods, then getters and setters in the order of properties. */
export function operationsOf(declared: RemoteClass): readonly OperationView[] {
  const inherited = new Set(
    ancestors(declared).flatMap(({ methods }) => methods.map(({ name }) => name)),
  );
  const views = [
    ...declared.methods.map(methodView),
    ...declared.properties.flatMap(accessorViews),
  ];
  return views.map((view) => ({ ...view, isOverride: inherited.has(view.spec.name) }));
}

type OwnView = Omit<OperationView, "isOverride">;

function methodView({ name, doc, params, returns }: Method): OwnView {
  const type = returns?.type ?? null;
  const spec = operationSpec("method", name, params, type);
  return { spec, doc, params, returns: type, returnDoc: returns?.doc ?? "" };
}

function accessorViews(property: Property): readonly OwnView[] {
  const { name, doc, type, readOnly } = property;
  const base = { doc, returnDoc: "" };
  const spec = operationSpec("getter", getterName(name), [], type);
  const getter = { ...base, spec, params: [], returns: type };
  if (readOnly) {
    return [getter];
  }
  const params: readonly Item[] = [
    { name, type, doc: "", optional: false, defaultValue: undefined },
  ];
  const setterSpec = operationSpec("setter", setterName(name), params, null);
  return [getter, { ...base, spec: setterSpec, params, returns: null }];
}

function operationSpec(
  kind: OperationSpec["kind"],
  name: string,
  params: readonly Item[],
  returns: Type | null,
): OperationSpec {
  return { name, kind, params: params.map(paramSpec), returns: returns && typeRef(returns) };
}

/** What clients create objects with; `null` for a class that they cannot create. */
export function creationOf({ abstract, constructorOf }: RemoteClass): Constructor | null {
  return abstract ? null : constructorOf;
}

/** Parameters of the constructor; `null` for a class that clients cannot create. */
export function constructorSpec(declared: RemoteClass): readonly ParamSpec[] | null {
  return creationOf(declared)?.params.map(paramSpec) ?? null;
}

export function registerSpec(register: RegisterType): object {
  const { name, qualifiedName, parent } = register;
  return {
    name,
    qualifiedName,
    parent: parent?.qualifiedName ?? null,
    fields: allFields(register).map(paramSpec),
  };
}

export function enumSpec({ name, qualifiedName, values }: EnumType): object {
  return { name, qualifiedName, values };
}

export function eventSpec(event: EventType): object {
  const { name, qualifiedName, parent } = event;
  return {
    name,
    qualifiedName,
    parent: parent?.qualifiedName ?? null,
    fields: allFields(event).map(paramSpec),
  };
}
