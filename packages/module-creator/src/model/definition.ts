import type { FusedModule, Sourced } from "./fuse.js";
import type { Identity } from "./imports.js";
import type { Import, ModuleCode } from "./types.js";

type Json = Readonly<Record<string, unknown>>;
/** Turns a declared value into what is written of it. */
type Writer = (value: Json) => Json;

/** Whether an item says that it may be absent. */
const isOptional = ({ optional }: Json): boolean => optional === true;

const item: Writer = (value) => ({
  ...pick(value, "name", "doc", "type"),
  ...(isOptional(value) && pick(value, "optional", "defaultValue")),
});

const property: Writer = (value) => ({ ...item(value), ...flags(value, "readOnly", "final") });

const method: Writer = (value) => ({
  ...pick(value, "name", "doc"),
  params: list(value["params"]).map(item),
  ...(isObject(value["return"]) && { return: pick(value["return"], "type", "doc") }),
});

const remoteClass: Writer = (value) => ({
  ...pick(value, "name", "doc"),
  ...flags(value, "abstract"),
  ...pick(value, "extends"),
  ...(isObject(value["constructor"]) && { constructor: method(value["constructor"]) }),
  ...written(value, "properties", property),
  ...written(value, "methods", method),
  ...filled("events", list(value["events"])),
});

const complexType: Writer = (value) => ({
  ...pick(value, "name", "doc", "typeFormat", "extends"),
  ...written(value, "properties", property),
  ...filled("values", list(value["values"])),
});

/** The original needs the properties of an event to be there, even where it has none. */
const event: Writer = (value) => ({
  ...pick(value, "name", "doc", "extends"),
  properties: list(value["properties"]).map(property),
});

/** What a definition is made from. */
export interface DefinitionInput {
  readonly identity: Identity;
  readonly imports: readonly Import[];
  readonly code: ModuleCode;
  readonly fused: FusedModule;
}

/** A module's files as one KMD: imports and settings filled in, keys in the order of Kurento, empty lists left out. */
export function definitionOf({ identity, imports, code, fused }: DefinitionInput): Json {
  const { repository } = fused.head;
  return {
    ...identity,
    ...(repository !== undefined && { repository }),
    ...filled("imports", imports),
    code,
    ...filled("remoteClasses", fused.remoteClasses.map(writtenBy(remoteClass))),
    ...filled("complexTypes", fused.complexTypes.map(writtenBy(complexType))),
    ...filled("events", fused.events.map(writtenBy(event))),
  };
}

function writtenBy(writer: Writer): (sourced: Sourced<object>) => Json {
  return ({ value }) => writer(value as Json);
}

function written(value: Json, key: string, writer: Writer): Json {
  return filled(key, list(value[key]).map(writer));
}

function filled(key: string, values: readonly unknown[]): Json {
  return values.length === 0 ? {} : { [key]: values };
}

/** The keys that a value has itself: every object inherits a `constructor`. */
function pick(value: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]]),
  );
}

function flags(value: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => value[key] === true).map((key) => [key, true]));
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
