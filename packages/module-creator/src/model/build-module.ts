import type {
  KmdComplexType,
  KmdEvent,
  KmdMethod,
  KmdParam,
  KmdProperty,
  KmdRemoteClass,
} from "../kmd/types.js";
import { checkDefault } from "./default-value.js";
import { definitionOf } from "./definition.js";
import type { FusedModule, Sourced } from "./fuse.js";
import type { Identity } from "./imports.js";
import type { Origin, Problems } from "./problems.js";
import { Scope } from "./scope.js";
import {
  STOCK_MODULES,
  WIRE_MODULE,
  type Declaration,
  type EnumType,
  type EventType,
  type Import,
  type Item,
  type Method,
  type Module,
  type ModuleCode,
  type Property,
  type RegisterType,
  type RemoteClass,
} from "./types.js";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A declaration under construction with what its file says. */
interface Pending<D, K> {
  readonly draft: Draft<D>;
  readonly value: K;
  readonly origin: Origin;
}

const IDENTIFIER = /^[A-Za-z_]\w*$/;
const FREE_NAME = "a name that JavaScript objects do not have by themselves";
const UNUSABLE_NAMES: readonly string[] = ["__proto__", "constructor"];

/** What {@link buildModule} needs. */
export interface ModuleInput {
  readonly identity: Identity;
  readonly imports: readonly Import[];
  readonly code: ModuleCode;
  readonly fused: FusedModule;
  /** Modules whose types this one may use, already built. */
  readonly visible: readonly Module[];
}

/** Resolves all references of a module. Faults go to the problems; the result is whole only without any. */
export function buildModule(input: ModuleInput, problems: Problems): Module {
  return new ModuleBuilder(input, problems).build();
}

class ModuleBuilder {
  readonly #input: ModuleInput;
  readonly #problems: Problems;
  readonly #scope: Scope;
  readonly #wireModule: string;

  constructor(input: ModuleInput, problems: Problems) {
    this.#input = input;
    this.#problems = problems;
    this.#scope = new Scope(input.identity.name, problems);
    this.#wireModule = STOCK_MODULES.includes(input.identity.name)
      ? WIRE_MODULE
      : input.identity.name;
  }

  build(): Module {
    this.#addVisible();
    const { remoteClasses, complexTypes, events } = this.#input.fused;
    const classes = remoteClasses.map((sourced) => this.#declareClass(sourced));
    const registers = ofFormat(complexTypes, "REGISTER").map((sourced) =>
      this.#declareRegister(sourced),
    );
    const enums = ofFormat(complexTypes, "ENUM").map((sourced) => this.#declareEnum(sourced));
    const eventTypes = events.map((sourced) => this.#declareEvent(sourced));
    registers.forEach((pending) => this.#fillRegister(pending));
    eventTypes.forEach((pending) => this.#fillEvent(pending));
    classes.forEach((pending) => this.#fillClass(pending));
    [...classes, ...registers, ...eventTypes].forEach((pending) => this.#breakCycle(pending));
    return {
      ...this.#input.identity,
      wireModule: this.#wireModule,
      imports: this.#input.imports,
      code: this.#input.code,
      classes: classes.map(({ draft }) => draft),
      registers: registers.map(({ draft }) => draft),
      enums,
      events: eventTypes.map(({ draft }) => draft),
      definition: definitionOf(this.#input),
    };
  }

  #addVisible(): void {
    for (const module of this.#input.visible) {
      [...module.classes, ...module.registers, ...module.enums].forEach((type) =>
        this.#scope.addType(type),
      );
      module.events.forEach((event) => this.#scope.addEvent(event));
    }
  }

  #declaration({ name, doc = "" }: { readonly name: string; readonly doc?: string }): Declaration {
    return {
      name,
      doc,
      module: this.#input.identity.name,
      qualifiedName: `${this.#wireModule}.${name}`,
    };
  }

  #declareClass({ value, origin }: Sourced<KmdRemoteClass>): Pending<RemoteClass, KmdRemoteClass> {
    const draft: Draft<RemoteClass> = {
      ...this.#declaration(value),
      kind: "class",
      abstract: value.abstract ?? false,
      parent: null,
      constructorOf: null,
      properties: [],
      methods: [],
      events: [],
    };
    this.#scope.addType(draft);
    return { draft, value, origin };
  }

  #declareRegister({
    value,
    origin,
  }: Sourced<KmdComplexType>): Pending<RegisterType, KmdComplexType> {
    const draft: Draft<RegisterType> = {
      ...this.#declaration(value),
      kind: "register",
      parent: null,
      fields: [],
    };
    if (value.values !== undefined) {
      this.#problems.add(
        origin.at("values"),
        `the register '${value.name}' has values`,
        '"typeFormat": "ENUM" for a type with values',
      );
    }
    this.#scope.addType(draft);
    return { draft, value, origin };
  }

  #declareEnum({ value, origin }: Sourced<KmdComplexType>): EnumType {
    const values = value.values ?? [];
    if (values.length === 0) {
      this.#problems.add(
        origin,
        `the enumeration '${value.name}' has no values`,
        "a list 'values' with at least one",
      );
    }
    for (const [index, text] of values.entries()) {
      if (values.indexOf(text) !== index) {
        this.#problems.add(
          origin.at("values", index),
          `the value '${text}' comes twice`,
          "each value once",
        );
      }
    }
    for (const key of ["properties", "extends"] as const) {
      if (value[key] !== undefined) {
        this.#problems.add(
          origin.at(key),
          `the enumeration '${value.name}' has ${key}`,
          `"typeFormat": "REGISTER" for a type with ${key}`,
        );
      }
    }
    const declared: EnumType = { ...this.#declaration(value), kind: "enum", values };
    this.#scope.addType(declared);
    return declared;
  }

  #declareEvent({ value, origin }: Sourced<KmdEvent>): Pending<EventType, KmdEvent> {
    const draft: Draft<EventType> = {
      ...this.#declaration(value),
      kind: "event",
      parent: null,
      fields: [],
    };
    this.#scope.addEvent(draft);
    return { draft, value, origin };
  }

  #fillRegister({ draft, value, origin }: Pending<RegisterType, KmdComplexType>): void {
    if (value.extends !== undefined) {
      draft.parent =
        this.#scope.resolveKind(value.extends, "register", origin.at("extends")) ?? null;
    }
    draft.fields = this.#items(value.properties, origin.at("properties"), "property");
  }

  #fillEvent({ draft, value, origin }: Pending<EventType, KmdEvent>): void {
    if (value.extends !== undefined) {
      draft.parent = this.#scope.resolveEvent(value.extends, origin.at("extends")) ?? null;
    }
    draft.fields = this.#items(value.properties, origin.at("properties"), "property");
  }

  #fillClass({ draft, value, origin }: Pending<RemoteClass, KmdRemoteClass>): void {
    if (value.extends !== undefined) {
      draft.parent = this.#scope.resolveKind(value.extends, "class", origin.at("extends")) ?? null;
    }
    draft.properties = this.#properties(value.properties, origin.at("properties"));
    draft.methods = this.#methods(value.methods, origin.at("methods"));
    draft.events = (value.events ?? []).flatMap((name, index) => {
      return this.#scope.resolveEvent(name, origin.at("events", index)) ?? [];
    });
    // A key of this name is inherited by every ordinary object, so it is read as an own key only.
    if (Object.hasOwn(value, "constructor") && value.constructor !== undefined) {
      const { doc = "", params } = value.constructor;
      draft.constructorOf = {
        doc,
        params: this.#constructorParams(params, origin.at("constructor", "params")),
      };
    }
  }

  #constructorParams(params: readonly KmdParam[] | undefined, origin: Origin): Item[] {
    const items = this.#items(params, origin, "parameter");
    items.forEach((item, index) => {
      if (item.optional && item.defaultValue === undefined) {
        this.#problems.add(
          origin.at(index),
          `the optional constructor parameter '${item.name}' has no default`,
          "a 'defaultValue'",
        );
      }
    });
    return items;
  }

  #methods(methods: readonly KmdMethod[] = [], origin: Origin): Method[] {
    this.#checkNames(methods, origin, "method");
    methods.forEach(({ name }, index) => this.#checkMethodName(name, origin.at(index)));
    return methods.map((method, index) => {
      const place = origin.at(index);
      const returned = method.return;
      const type = returned && this.#scope.resolve(returned.type, place.at("return", "type"));
      return {
        name: method.name,
        doc: method.doc ?? "",
        params: this.#items(method.params, place.at("params"), "parameter"),
        returns: type === undefined ? null : { type, doc: returned?.doc ?? "" },
      };
    });
  }

  #properties(properties: readonly KmdProperty[] | undefined, origin: Origin): Property[] {
    const readOnly = new Set(
      properties
        ?.filter((property) => property.readOnly === true || property.final === true)
        .map(({ name }) => name),
    );
    return this.#items(properties, origin, "property").map((item) => ({
      ...item,
      readOnly: readOnly.has(item.name),
    }));
  }

  #items(params: readonly KmdParam[] = [], origin: Origin, noun: string): Item[] {
    this.#checkNames(params, origin, noun);
    return params.flatMap((param, index) => {
      const place = origin.at(index);
      const type = this.#scope.resolve(param.type, place.at("type"));
      if (type === undefined) {
        return [];
      }
      const { name, doc = "", optional = false, defaultValue } = param;
      const fault = defaultValue === undefined ? undefined : checkDefault(type, defaultValue);
      if (fault !== undefined) {
        this.#problems.add(
          place.at("defaultValue"),
          `the default value of '${name}' does not fit`,
          fault,
        );
      }
      return { name, doc, type, optional, defaultValue };
    });
  }

  #checkNames(items: readonly { readonly name: string }[], origin: Origin, noun: string): void {
    for (const [index, { name }] of items.entries()) {
      this.#checkIdentifier(name, origin.at(index));
      if (items.findIndex((item) => item.name === name) !== index) {
        this.#problems.add(origin.at(index), `the ${noun} '${name}' comes twice`, "each name once");
      }
    }
  }

  /** Generated classes would change what each object of the language has. */
  #checkMethodName(name: string, origin: Origin): void {
    if (name in Object.prototype && !UNUSABLE_NAMES.includes(name)) {
      this.#problems.add(origin.at("name"), `'${name}' cannot be the name of a method`, FREE_NAME);
    }
  }

  #checkIdentifier(name: string, origin: Origin): void {
    if (!IDENTIFIER.test(name) || UNUSABLE_NAMES.includes(name)) {
      const expected = UNUSABLE_NAMES.includes(name)
        ? FREE_NAME
        : "letters, digits and _, with a letter or _ first";
      this.#problems.add(origin.at("name"), `'${name}' cannot be a name`, expected);
    }
  }

  #breakCycle({ draft, origin }: Pending<{ name: string; parent: unknown }, unknown>): void {
    const seen = new Set<unknown>();
    for (let level: unknown = draft; isExtending(level); level = level.parent) {
      if (seen.has(level)) {
        this.#problems.add(
          origin.at("extends"),
          `'${draft.name}' extends itself`,
          "an inheritance without cycle",
        );
        draft.parent = null;
        return;
      }
      seen.add(level);
    }
  }
}

function isExtending(level: unknown): level is { readonly parent: unknown } {
  return typeof level === "object" && level !== null && "parent" in level;
}

function ofFormat(types: readonly Sourced<KmdComplexType>[], format: KmdComplexType["typeFormat"]) {
  return types.filter(({ value }) => value.typeFormat === format);
}
