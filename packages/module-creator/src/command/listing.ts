import { createHash } from "node:crypto";
import type { Module } from "../model/types.js";

/**
 * The lines of `-s`: `Value: <key> = <value>`; lists and objects are shown as JSON.
 *
 * @param keys dotted paths into the module as one KMD, such as `imports.0.name`
 * @throws Error naming a key that leads nowhere
 */
export function valueLines({ definition }: Module, keys: readonly string[]): readonly string[] {
  return keys.map((key) => {
    const value = key.split(".").reduce<unknown>(member, definition);
    if (value === undefined) {
      throw new Error(`module '${String(definition["name"])}' has no value '${key}'`);
    }
    return `Value: ${key} = ${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** The lines of `-p`: names of what the module declares, what it imports, and a digest of the whole. */
export function simpleKmdLines({ definition, ...module }: Module): readonly string[] {
  const lines = (label: string, declared: readonly { readonly name: string }[]): string[] =>
    declared.map(({ name }) => `${label}:\t${name}`);
  return [
    ...lines("RemoteClass", module.classes),
    ...lines("Event", module.events),
    ...lines("ComplexType", [...module.registers, ...module.enums]),
    ...module.imports.map(({ name, version }) => `Dep: ${name} ${version}`),
    `Digest: ${createHash("md5").update(JSON.stringify(definition)).digest("hex")}`,
  ];
}
