import type { ModuleManifest } from "@kms/core";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, check]) => check(value[name]));

const members: Readonly<Record<string, Check>> = {
  name: isText,
  version: isText,
  wireModule: isText,
  imports: listOf(shape({ name: isText, version: isText })),
  classes: listOf(
    shape({
      name: isText,
      qualifiedName: isText,
      abstract: isFlag,
      creatable: isFlag,
      hierarchy: listOf(isText),
      constructorParams: orNull(listOf(shape({ name: isText, type: isObject }))),
      parentParam: orNull(isText),
      operations: listOf(shape({ name: isText, objectParams: listOf(isText) })),
      events: listOf(isText),
      allEvents: listOf(isText),
    }),
  ),
  registers: listOf(isObject),
  enums: listOf(isObject),
  events: listOf(isObject),
};

/**
 * What the gateway reads of a manifest, checked: the file may be of another version of the module creator, or of nobody.
 * @throws Error naming the member that is missing or of another shape
 */
export function asManifest(value: unknown): ModuleManifest {
  if (!isObject(value)) throw new Error("the manifest should be an object");
  for (const [name, check] of Object.entries(members)) {
    if (!check(value[name]))
      throw new Error(
        `'${name}' of the manifest is missing or not as the module creator writes it`,
      );
  }
  return value as unknown as ModuleManifest;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
