import type { EventType, Item, Module, RegisterType } from "../model/types.js";
import { docText } from "./doc-text.js";
import type { ImportCollector } from "./imports.js";
import { safeType } from "./safe-identifier.js";
import { fieldText, type TypeNamer } from "./type-text.js";

/** How a target names things of other files. */
export interface TypesTarget {
  readonly nameOf: TypeNamer;
  readonly eventNameOf: (event: EventType) => string;
  readonly imports: ImportCollector;
}

/** Name of the payload interface of an event. */
export function eventTypeName({ name }: EventType): string {
  return `${name}Event`;
}

/** Names that `types.ts` of a module declares. */
export function typesNames(module: Module): readonly string[] {
  const complex = [...module.registers, ...module.enums].map(({ name }) => safeType(name));
  return [...complex, ...module.events.map(eventTypeName)];
}

/** Data of the template `types`, the same for server and client. */
export function typesData(
  module: Module,
  { nameOf, eventNameOf, imports }: TypesTarget,
): Record<string, unknown> {
  const registers = module.registers.map((register) => ({
    ...interfaceData(register, safeType(register.name), nameOf),
    extends: register.parent === null ? "" : ` extends ${nameOf(register.parent)}`,
  }));
  const events = module.events.map((event) => ({
    ...interfaceData(event, eventTypeName(event), nameOf),
    extends: event.parent === null ? "" : ` extends ${eventNameOf(event.parent)}`,
  }));
  const enums = module.enums.map(({ name, doc, values }) => ({
    name: safeType(name),
    ...docData(doc),
    values: values.map((value) => JSON.stringify(value)),
  }));
  return { enums, registers, events, imports: imports.lines() };
}

function interfaceData(
  declaration: RegisterType | EventType,
  name: string,
  nameOf: TypeNamer,
): object {
  const fields = declaration.fields.map((field: Item) => ({
    text: fieldText(field, nameOf),
    ...docData(field.doc),
  }));
  return { name, ...docData(declaration.doc), fields };
}

/** Documentation with the flag that the templates ask for. */
export function docData(doc: string): { readonly doc: string; readonly hasDoc: boolean } {
  const text = docText(doc);
  return { doc: text, hasDoc: text !== "" };
}
