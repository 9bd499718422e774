import { ancestors, type Item, type Module, type RemoteClass, type Type } from "../model/types.js";
import {
  constructorSpec,
  creationOf,
  enumSpec,
  eventSpec,
  operationsOf,
  registerSpec,
} from "./spec-data.js";

/** Classes that own others: a constructor parameter of such a type names the new object's parent. */
const OWNERS: ReadonlySet<string> = new Set(["kurento.MediaPipeline", "kurento.Hub"]);

/** What the gateway knows of a module (`ModuleManifest` in core's `manifest-types.ts`): plain data, the same at each run. */
export function manifestOf(module: Module): object {
  return {
    name: module.name,
    version: module.version,
    wireModule: module.wireModule,
    imports: module.imports.map(({ name, version }) => ({ name, version })),
    classes: module.classes.map(classManifest),
    registers: module.registers.map(registerSpec),
    enums: module.enums.map(enumSpec),
    events: module.events.map(eventSpec),
  };
}

function classManifest(declared: RemoteClass): object {
  const lineage = [declared, ...ancestors(declared)];
  const creation = creationOf(declared);
  return {
    name: declared.name,
    qualifiedName: declared.qualifiedName,
    abstract: declared.abstract,
    creatable: creation !== null,
    hierarchy: ancestors(declared).map(({ qualifiedName }) => qualifiedName),
    constructorParams: constructorSpec(declared),
    parentParam: creation?.params.find(({ type }) => isOwner(type))?.name ?? null,
    operations: operationsOf(declared).map(({ spec, params }) => ({
      ...spec,
      objectParams: objectParams(params),
    })),
    events: declared.events.map(({ name }) => name),
    allEvents: [...new Set(lineage.flatMap(({ events }) => events.map(({ name }) => name)))],
  };
}

function isOwner(type: Type): boolean {
  return (
    type.kind === "object" &&
    [type.declaration, ...ancestors(type.declaration)].some(({ qualifiedName }) =>
      OWNERS.has(qualifiedName),
    )
  );
}

/** Parameters in which ids of objects may come, also inside lists, maps and registers. */
function objectParams(params: readonly Item[]): readonly string[] {
  return params.filter(({ type }) => holdsObject(type, new Set())).map(({ name }) => name);
}

function holdsObject(type: Type, seen: ReadonlySet<unknown>): boolean {
  switch (type.kind) {
    case "object":
      return true;
    case "list":
    case "map":
      return holdsObject(type.of, seen);
    case "register": {
      const lineage = [type.declaration, ...ancestors(type.declaration)];
      return (
        !seen.has(type.declaration) &&
        lineage.some(({ fields }) =>
          fields.some((field) => holdsObject(field.type, new Set([...seen, type.declaration]))),
        )
      );
    }
    default:
      return false;
  }
}
