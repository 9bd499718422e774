import { didYouMean } from "../kmd/error.js";
import type { Origin, Problems } from "./problems.js";
import {
  PRIMITIVES,
  STOCK_MODULES,
  type EnumType,
  type EventType,
  type Primitive,
  type RegisterType,
  type RemoteClass,
  type Type,
} from "./types.js";

/** Anything that a type reference can name, besides primitives. */
export type Named = RemoteClass | RegisterType | EnumType;

/** Finds declarations by the names that KMD files use. */
export class Scope {
  readonly #types = new Map<string, Named>();
  readonly #events = new Map<string, EventType>();
  readonly #module: string;
  readonly #problems: Problems;

  constructor(module: string, problems: Problems) {
    this.#module = module;
    this.#problems = problems;
  }

  /** Makes a type visible: those of the stock modules by bare name too. */
  addType(type: Named): void {
    namesOf(type).forEach((name) => this.#types.set(name, type));
  }

  addEvent(event: EventType): void {
    namesOf(event).forEach((name) => this.#events.set(name, event));
  }

  /** Resolves `Type`, `module.Type`, and each with `[]` or `<>`; `undefined` after adding a problem. */
  resolve(reference: string, origin: Origin): Type | undefined {
    const suffix = /(\[\]|<>)$/.exec(reference)?.[1];
    if (suffix === undefined) {
      return this.#resolveName(reference, origin);
    }
    const of = this.#resolveName(reference.slice(0, -suffix.length), origin);
    return of && { kind: suffix === "[]" ? "list" : "map", of };
  }

  /** Resolves a reference that must name a declaration of one kind. */
  resolveKind<K extends Named["kind"]>(
    reference: string,
    kind: K,
    origin: Origin,
  ): Extract<Named, { kind: K }> | undefined {
    const found = this.#find(this.#types, reference, origin);
    if (found !== undefined && found.kind !== kind) {
      this.#problems.add(origin, `'${reference}' is ${KIND_NAMES[found.kind]}`, KIND_NAMES[kind]);
      return undefined;
    }
    return found as Extract<Named, { kind: K }> | undefined;
  }

  resolveEvent(reference: string, origin: Origin): EventType | undefined {
    return this.#find(this.#events, reference, origin);
  }

  #resolveName(name: string, origin: Origin): Type | undefined {
    if (isPrimitive(name)) {
      return { kind: "primitive", name };
    }
    if (/[[\]<>]/.test(name)) {
      this.#problems.add(origin, `'${name}' cannot be nested`, "one suffix, [] or <>");
      return undefined;
    }
    const declaration = this.#find(this.#types, name, origin);
    return declaration && typeOf(declaration);
  }

  #find<T>(table: ReadonlyMap<string, T>, name: string, origin: Origin): T | undefined {
    if (name.split(".").length > 2) {
      this.#problems.add(
        origin,
        `Invalid module name in type ref '${name}'`,
        "Type or module.Type",
      );
      return undefined;
    }
    const found = this.#lookUp(table, name);
    if (found === undefined) {
      this.#addUnknown(table, name, origin);
    }
    return found;
  }

  #lookUp<T>(table: ReadonlyMap<string, T>, name: string): T | undefined {
    return table.get(name) ?? table.get(`${this.#module}.${name}`);
  }

  /** The name may be one of the other kind; else the nearest known one is offered. */
  #addUnknown(table: ReadonlyMap<string, unknown>, name: string, origin: Origin): void {
    const wantsEvent = table === this.#events;
    const expected = wantsEvent ? "an event" : "a primitive or a declared type";
    const type = this.#lookUp(this.#types, name);
    if (type !== undefined || this.#lookUp(this.#events, name) !== undefined) {
      const kind = type === undefined ? "an event" : KIND_NAMES[type.kind];
      this.#problems.add(origin, `'${name}' is ${kind}`, expected);
      return;
    }
    this.#problems.add(
      origin,
      `The type '${name}' is not defined in module '${this.#module}' neither in kurento`,
      expected,
      didYouMean(name, this.#candidates(table)),
    );
  }

  #candidates(table: ReadonlyMap<string, unknown>): string[] {
    const prefix = `${this.#module}.`;
    const own = [...table.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    return [...own, ...table.keys(), ...PRIMITIVES];
  }
}

const KIND_NAMES: Readonly<Record<Named["kind"], string>> = {
  class: "a remote class",
  register: "a register",
  enum: "an enumeration",
};

function namesOf({
  name,
  module,
}: {
  readonly name: string;
  readonly module: string;
}): readonly string[] {
  return STOCK_MODULES.includes(module)
    ? [name, `${module}.${name}`, `kurento.${name}`]
    : [`${module}.${name}`];
}

function isPrimitive(name: string): name is Primitive {
  return (PRIMITIVES as readonly string[]).includes(name);
}

function typeOf(declaration: Named): Type {
  if (declaration.kind === "class") {
    return { kind: "object", declaration };
  }
  return declaration.kind === "enum"
    ? { kind: "enum", declaration }
    : { kind: "register", declaration };
}
