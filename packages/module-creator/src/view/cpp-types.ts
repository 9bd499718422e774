import type { EventType, Item, Module, RegisterType, RemoteClass, Type } from "../model/types.js";
import { cppIdentifier, cppMember, distinctIdentifiers, type CppNames } from "./cpp-names.js";
import { cppLiteral, cppString, cppType, innermost } from "./cpp-type.js";
import { docText } from "./doc-text.js";
import type { FileView } from "./file-view.js";

const GROUP = "server-cpp";

/** Documentation for a block comment: a `/*` in it would be warned of. */
export function cppDoc(doc: string): { readonly doc: string; readonly hasDoc: boolean } {
  const text = docText(doc).replaceAll("/*", "/ *");
  return { doc: text, hasDoc: text !== "" };
}

/** `enums.hpp` and `registers.hpp` of a module. */
export function cppTypeFiles(module: Module, names: CppNames): readonly FileView[] {
  return [enumsFile(module, names), registersFile(module, names)];
}

function enumsFile(module: Module, names: CppNames): FileView {
  const enums = module.enums.map((declared) => {
    const identifiers = distinctIdentifiers(declared.values);
    const qualified = names.qualified(declared);
    return {
      ...cppDoc(declared.doc),
      name: cppIdentifier(declared.name),
      qualified,
      text: cppString(declared.name),
      count: String(declared.values.length),
      values: identifiers.map((name, index) => ({
        name,
        entry: `{Value::${name}, ${cppString(String(declared.values[index]))}}`,
      })),
    };
  });
  const data = { module: module.name, namespace: names.namespaceOf(module.name), enums };
  return { path: "enums.hpp", template: `${GROUP}/enums`, data };
}

function registersFile(module: Module, names: CppNames): FileView {
  const cycles = new Cycles(module.registers);
  const registers = cycles.inOrder().map((register) => ({
    ...structData(register, cppIdentifier(register.name), names, (field) =>
      cycles.placeOf(field, register),
    ),
    ...infoData(register, cppIdentifier(register.name), names),
    parent: register.parent === null ? "" : ` : ${names.qualified(register.parent)}`,
    parentInfo: register.parent === null ? [] : [names.qualified(register.parent)],
  }));
  const data = {
    module: module.name,
    namespace: names.namespaceOf(module.name),
    includes: typeIncludes(module, module.registers, names, "registers.hpp"),
    forwards: forwardsOf(module.registers, names),
    registers,
  };
  return { path: "registers.hpp", template: `${GROUP}/registers`, data };
}

/** Data of a struct's definition. */
export function structData(
  { doc, fields }: RegisterType | EventType,
  name: string,
  names: CppNames,
  placeOf: (field: Item) => Place,
): object {
  return {
    ...cppDoc(doc),
    name,
    fields: fields.map((field) => ({
      ...cppDoc(field.doc),
      text: fieldText(field, name, names, placeOf(field)),
    })),
  };
}

/** Data of a struct's `RegisterInfo`. */
export function infoData(
  { name, qualifiedName, module, fields }: RegisterType | EventType,
  structName: string,
  names: CppNames,
): object {
  return {
    qualified: names.qualified({ module, name: structName }),
    wireModule: cppString(qualifiedName.slice(0, -name.length - 1)),
    wireName: cppString(name),
    visits: fields.map((field) => {
      const member = cppMember(field.name, structName);
      const kind = field.optional ? "optional" : "required";
      return `${kind}(${cppString(field.name)}, self.${member})`;
    }),
  };
}

/**
 * How a struct holds a field: as it is; on the heap, because the field's type holds the struct; or as a list whose elements
 * are defined further below, which must not be initialised inside the struct.
 */
export type Place = "inside" | "boxed" | "later";

function fieldText(field: Item, owner: string, names: CppNames, place: Place): string {
  const type = cppType(field.type, names);
  const name = cppMember(field.name, owner);
  if (place === "boxed") {
    return `::kms::model::Box<${type}> ${name}{}`;
  }
  if (!field.optional) {
    return place === "later" ? `${type} ${name}` : `${type} ${name}{}`;
  }
  return field.defaultValue === undefined
    ? `std::optional<${type}> ${name}{}`
    : `${type} ${name} = ${cppLiteral(field.type, field.defaultValue, names)}`;
}

/** Headers that declare what these structs hold and extend, without `self`. */
export function typeIncludes(
  module: Module,
  structs: readonly (RegisterType | EventType)[],
  names: CppNames,
  self: string,
): readonly string[] {
  const types = structs.flatMap(({ fields }) => fields.map(({ type }) => innermost(type)));
  const used = types.flatMap((type) =>
    type.kind === "enum" || type.kind === "register"
      ? [names.header(type.declaration.module, `${type.kind}s.hpp`)]
      : [],
  );
  const parents = structs.flatMap(({ parent }) =>
    parent === null ? [] : [names.header(parent.module, `${parent.kind}s.hpp`)],
  );
  const own = names.header(module.name, self);
  return [...new Set([...used, ...parents])].filter((header) => header !== own).toSorted();
}

/** Declarations, by namespace, of the remote classes that these structs refer to. */
export function forwardsOf(
  structs: readonly (RegisterType | EventType)[],
  names: CppNames,
): readonly { readonly namespace: string; readonly classes: readonly string[] }[] {
  const classes = new Set<RemoteClass>();
  for (const { type } of structs.flatMap(({ fields }) => fields)) {
    const inner = innermost(type);
    if (inner.kind === "object") {
      classes.add(inner.declaration);
    }
  }
  const namespaces = [...new Set([...classes].map(({ module }) => names.namespaceOf(module)))];
  return namespaces.toSorted().map((namespace) => ({
    namespace,
    classes: [...classes]
      .filter(({ module }) => names.namespaceOf(module) === namespace)
      .map(({ name }) => cppIdentifier(name))
      .toSorted(),
  }));
}

/** Where fields lie, and an order in which every struct comes after what it holds and, where it can, what it lists. */
export class Cycles {
  readonly #registers: readonly RegisterType[];

  constructor(registers: readonly RegisterType[]) {
    this.#registers = registers;
  }

  placeOf({ type }: Item, owner: RegisterType): Place {
    const [held] = heldIn(type);
    if (held !== undefined) {
      return reachable(held, heldIn).has(owner) ? "boxed" : "inside";
    }
    // Lists and maps hold their elements on the heap, so they can do without a definition.
    const isLater = namedIn(type).some(
      (listed) => listed !== owner && reachable(listed, namedIn).has(owner),
    );
    return isLater ? "later" : "inside";
  }

  inOrder(): readonly RegisterType[] {
    const ordered = new Set<RegisterType>();
    const add = (register: RegisterType): void => {
      if (ordered.has(register) || !this.#registers.includes(register)) {
        return;
      }
      this.#before(register).forEach(add);
      ordered.add(register);
    };
    this.#registers.forEach(add);
    return [...ordered];
  }

  /** What must or may be defined first. Lists that lead back are left out, so that this comes to an end. */
  #before(register: RegisterType): readonly RegisterType[] {
    const { parent, fields } = register;
    const inside = fields.filter((field) => this.placeOf(field, register) === "inside");
    const types = inside.flatMap(({ type }) => namedIn(type)).filter((type) => type !== register);
    return parent === null ? types : [parent, ...types];
  }
}

function reachable(
  start: RegisterType,
  next: (type: Type) => readonly RegisterType[],
  seen = new Set<RegisterType>(),
): Set<RegisterType> {
  if (!seen.has(start)) {
    seen.add(start);
    const types = start.fields.flatMap(({ type }) => next(type));
    const all = start.parent === null ? types : [...types, start.parent];
    all.forEach((register) => reachable(register, next, seen));
  }
  return seen;
}

function heldIn(type: Type): readonly RegisterType[] {
  return type.kind === "register" ? [type.declaration] : [];
}

function namedIn(type: Type): readonly RegisterType[] {
  return heldIn(innermost(type));
}
