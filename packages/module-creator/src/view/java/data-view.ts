import {
  allFields,
  ancestors,
  type EnumType,
  type EventType,
  type Item,
  type RegisterType,
} from "../../model/types.js";
import { getterName, setterName } from "../../model/operations.js";
import { parameterText } from "./class-view.js";
import { javadoc } from "./doc.js";
import { javaIdentifier, javaMethod, javaObjectType, javaType, type JavaNames } from "./names.js";

type Data = Readonly<Record<string, unknown>>;

/** Data of the template of a register: what must be there comes through its constructor. */
export function registerData(register: RegisterType, wireModule: string, names: JavaNames): Data {
  const required = allFields(register).filter(({ optional }) => !optional);
  const { parent, fields } = register;
  return {
    ...valueData(register, required, names),
    name: register.name,
    wireModule: JSON.stringify(wireModule),
    extends: parent === null ? "" : ` extends ${names.of(parent)}`,
    // Reading from JSON makes an empty object first.
    needsEmptyConstructor: required.length > 0,
    fields: fields.map((field) => {
      const type = field.optional
        ? javaObjectType(field.type, names.of)
        : javaType(field.type, names.of);
      return fieldData(field, type);
    }),
  };
}

/** Data of the template of an event: all its fields come through its constructor. */
export function eventData(event: EventType, names: JavaNames): Data {
  const { parent, fields } = event;
  const parentName = parent && names.of({ name: `${parent.name}Event`, module: parent.module });
  return {
    ...valueData(event, allFields(event), names),
    name: `${event.name}Event`,
    extends:
      parentName === null ? ` implements ${names.client("Event")}` : ` extends ${parentName}`,
    fields: fields.map((field) => fieldData(field, javaType(field.type, names.of))),
  };
}

/** The constructor gives inherited fields to the parent and keeps its own. */
function valueData(
  declared: RegisterType | EventType,
  given: readonly Item[],
  names: JavaNames,
): Data {
  const inherited = new Set(ancestors<Level>(declared).flatMap(({ fields }) => fields));
  const ids = (items: readonly Item[]): string[] => items.map(({ name }) => javaIdentifier(name));
  return {
    doc: javadoc(declared.doc),
    constructorParams: given.map((field) => parameterText(field, names)).join(", "),
    superArguments: ids(given.filter((field) => inherited.has(field))).join(", "),
    assigned: ids(given.filter((field) => !inherited.has(field))),
  };
}

interface Level {
  readonly parent: Level | null;
  readonly fields: readonly Item[];
}

function fieldData({ name, doc }: Item, type: string): object {
  const id = javaIdentifier(name);
  const getter = javaMethod(getterName(name));
  return { doc: javadoc(doc), id, type, getter, setter: setterName(name) };
}

/** Data of the template of an enumeration: a value that is no name becomes one. */
export function enumData(declared: EnumType): Data {
  const taken = new Set<string>();
  const constants = declared.values.map((value) => {
    let name = constantName(value);
    while (taken.has(name)) {
      name += "_";
    }
    taken.add(name);
    return name;
  });
  return { doc: javadoc(declared.doc), name: declared.name, constants: constants.join(", ") };
}

/** A constant begins with a letter, or with `_` before one. */
function constantName(value: string): string {
  const name = value.replaceAll(/\W/g, "_");
  return /^(\d|_*$)/.test(name) ? `VALUE_${name}` : javaIdentifier(name);
}
