import type { Origin, Problems } from "./problems.js";
import {
  ancestors,
  typeKey,
  type Item,
  type Method,
  type RemoteClass,
  type Type,
} from "./types.js";

/** Checks that no operation of a class means something else in an ancestor. */
export function checkOperations(declared: RemoteClass, origin: Origin, problems: Problems): void {
  const inherited = new Map(
    ancestors(declared)
      .toReversed()
      .flatMap((level) => operations(level).map(({ name, shape }) => [name, { level, shape }])),
  );
  const own = new Set<string>();
  for (const { name, shape, path } of operations(declared)) {
    if (own.has(name)) {
      problems.add(
        origin,
        `the class '${declared.name}' has two operations '${name}'`,
        "each operation once, where a property makes getX and setX",
      );
    }
    own.add(name);
    const before = inherited.get(name);
    if (before !== undefined && before.shape !== shape) {
      problems.add(
        origin.at(...path),
        `the operation '${name}' is inherited from '${before.level.name}' as ${before.shape}`,
        "the same parameters and result, or another name",
      );
    }
  }
  checkProperties(declared, origin, problems);
}

function checkProperties(declared: RemoteClass, origin: Origin, problems: Problems): void {
  const inherited = new Map(
    ancestors(declared)
      .toReversed()
      .flatMap((level) => level.properties.map(({ name }) => [getterName(name), level.name])),
  );
  for (const [index, { name }] of declared.properties.entries()) {
    const owner = inherited.get(getterName(name));
    if (owner !== undefined) {
      problems.add(
        origin.at("properties", index),
        `the property '${name}' is also inherited from '${owner}'`,
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

interface Operation {
  readonly name: string;
  /** Parameters and result, as text. */
  readonly shape: string;
  /** Where it stands in its class. */
  readonly path: readonly (string | number)[];
}

function operations({ methods, properties }: RemoteClass): readonly Operation[] {
  return [
    ...methods.map((method, index) => ({
      name: method.name,
      shape: methodShape(method),
      path: ["methods", index],
    })),
    ...properties.flatMap(({ name, type, readOnly }, index) => {
      const path = ["properties", index];
      const getter = { name: getterName(name), shape: `(): ${typeKey(type)}`, path };
      const setter = { name: setterName(name), shape: `(${name}: ${typeKey(type)})`, path };
      return readOnly ? [getter] : [getter, setter];
    }),
  ];
}

function methodShape({ params, returns }: Method): string {
  return `(${params.map(paramShape).join(", ")})${returns === null ? "" : resultShape(returns.type)}`;
}

function paramShape({ name, type, optional }: Item): string {
  return `${name}${optional ? "?" : ""}: ${typeKey(type)}`;
}

function resultShape(type: Type): string {
  return `: ${typeKey(type)}`;
}
