import type { Origin, Problems } from "./problems.js";
import { ancestors, type RemoteClass } from "./types.js";

/** Checks that no operation of a class means something else in an ancestor. */
export function checkOperations(declared: RemoteClass, origin: Origin, problems: Problems): void {
  const inherited = new Map(
    ancestors(declared)
      .toReversed()
      .flatMap((level) => operationNames(level).map((name) => [name, level] as const)),
  );
  const own = new Set<string>();
  for (const name of operationNames(declared)) {
    if (own.has(name)) {
      problems.add(
        origin,
        `the class '${declared.name}' has two operations '${name}'`,
        "each operation once, where a property makes getX and setX",
      );
    }
    own.add(name);
  }
  for (const [index, property] of declared.properties.entries()) {
    const owner = inherited.get(getterName(property.name));
    if (owner !== undefined) {
      problems.add(
        origin.at("properties", index),
        `the property '${property.name}' is also inherited from '${owner.name}'`,
        "a name that no ancestor has",
      );
    }
  }
}

/** `getX` for the property `x`: only the first letter changes. */
export function getterName(property: string): string {
  return `get${upperFirst(property)}`;
}

/** `setX` for the property `x`. */
export function setterName(property: string): string {
  return `set${upperFirst(property)}`;
}

function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function operationNames({ methods, properties }: RemoteClass): string[] {
  const accessors = properties.flatMap(({ name, readOnly }) =>
    readOnly ? [getterName(name)] : [getterName(name), setterName(name)],
  );
  return [...methods.map(({ name }) => name), ...accessors];
}
