import { KurentoError, objectNotFound } from "./errors.js";
import { decodePrimitive } from "./primitives.js";
import type { ParamSpec, RegisterSpec, RemoteInstance, TypeRef } from "./schema-types.js";
import type { TypeRegistry } from "./type-registry.js";

/** Finds the object that a client names; `undefined` where there is none. */
export type ObjectResolver = (id: string) => RemoteInstance | undefined;

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** How deep lists, maps and registers may nest: what Kurento's parser takes, too. */
const MAX_DEPTH = 1000;

/**
 * Decodes the parameters of an operation. Of the optional ones it takes those up to the first that is
 * absent, as Kurento does; the others get their default or `undefined`. Extra members are ignored.
 *
 * @param value the `operationParams` of the request, `undefined` where it has none
 * @returns one argument for each parameter
 * @throws KurentoError 40001 where a parameter is missing or of the wrong type, 40003 where a register
 *   names a type that does not fit, 40101 where an object does not exist, 40107 where it is of the wrong class
 */
export function decodeParams(
  params: readonly ParamSpec[],
  value: unknown,
  registry: TypeRegistry,
  resolve: ObjectResolver,
): unknown[] {
  const members = membersOf(params, value, "operationParams");
  const decoder = new Decoder(registry, resolve);
  let isOpen = true;
  return params.map((param) => {
    isOpen &&= !param.optional || Object.hasOwn(members, param.name);
    return decoder.param(param, isOpen || !param.optional ? members : {}, "parameter");
  });
}

/**
 * Decodes the parameters of a constructor. Each optional one that is absent gets its default.
 *
 * @param value the `constructorParams` of the request, `undefined` where it has none
 * @returns the parameters by name
 * @throws KurentoError as {@link decodeParams}
 */
export function decodeConstructorParams(
  params: readonly ParamSpec[],
  value: unknown,
  registry: TypeRegistry,
  resolve: ObjectResolver,
): Record<string, unknown> {
  const members = membersOf(params, value, "constructorParams");
  const decoder = new Decoder(registry, resolve);
  return Object.fromEntries(
    params.map((param) => [param.name, decoder.param(param, members, "parameter")]),
  );
}

/** The container is required only where a parameter is, and looked at only where there are any. */
function membersOf(params: readonly ParamSpec[], value: unknown, container: string): Members {
  if (params.length === 0 || value === null) {
    return {};
  }
  if (value === undefined) {
    if (params.some(({ optional }) => !optional)) {
      throw marshallError(`'${container}' is required`);
    }
    return {};
  }
  if (!isMembers(value)) {
    throw marshallError(`'${container}' should be an object`);
  }
  return value;
}

class Decoder {
  readonly #registry: TypeRegistry;
  readonly #resolve: ObjectResolver;
  #depth = 0;

  constructor(registry: TypeRegistry, resolve: ObjectResolver) {
    this.#registry = registry;
    this.#resolve = resolve;
  }

  /** @param noun what errors call it: `parameter` or `property` */
  param(
    { name, type, optional, defaultValue }: ParamSpec,
    members: Members,
    noun: string,
  ): unknown {
    const place = `'${name}' ${noun}`;
    if (Object.hasOwn(members, name)) {
      return this.#value(type, members[name], place);
    }
    if (!optional) {
      throw wrongType(place, type);
    }
    return defaultValue === undefined ? undefined : this.#value(type, defaultValue, place);
  }

  #value(type: TypeRef, value: unknown, place: string): unknown {
    switch (type.kind) {
      case "primitive":
        return decodePrimitive(type.name, value) ?? fail(wrongType(place, type));
      case "enum":
        return this.#enum(type.name, this.#text(type, value, place));
      case "object":
        return this.#object(type.name, this.#text(type, value, place));
      default:
        return this.#nested(() => this.#container(type, value, place));
    }
  }

  #container(
    type: Extract<TypeRef, { kind: "list" | "map" | "register" }>,
    value: unknown,
    place: string,
  ): unknown {
    if (type.kind === "list") {
      const elements = Array.isArray(value)
        ? value
        : value === null
          ? []
          : fail(wrongType(place, type));
      return elements.map((element: unknown) => this.#value(type.of, element, place));
    }
    const members = isMembers(value) ? value : value === null ? {} : fail(wrongType(place, type));
    if (type.kind === "register") {
      return this.#register(type.name, members);
    }
    return Object.fromEntries(
      Object.entries(members).map(([key, member]) => [key, this.#value(type.of, member, place)]),
    );
  }

  #text(type: TypeRef, value: unknown, place: string): string {
    const text = decodePrimitive("String", value);
    return typeof text === "string" ? text : fail(wrongType(place, type));
  }

  #enum(qualifiedName: string, text: string): string {
    const spec = this.#registry.enum(qualifiedName) ?? fail(unknownType(qualifiedName));
    if (!spec.values.includes(text)) {
      throw marshallError(`Invalid value for '${spec.name}'`);
    }
    return text;
  }

  #object(qualifiedName: string, id: string): RemoteInstance {
    const instance = this.#resolve(id) ?? fail(objectNotFound(id));
    if (!this.#registry.isSubclass(instance.spec, qualifiedName)) {
      const message = `Object '${id}' is a ${instance.spec.qualifiedName}, not a ${qualifiedName}`;
      throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", message);
    }
    return instance;
  }

  /** A value of a register that extends the expected one keeps its type tags. */
  #register(expected: string, members: Members): Record<string, unknown> {
    const spec = this.#actualRegister(expected, members);
    const fields = spec.fields
      .map((field) => [field.name, this.param(field, members, "property")] as const)
      .filter(([, value]) => value !== undefined);
    const tags = spec.qualifiedName === expected ? {} : typeTags(spec);
    return { ...tags, ...Object.fromEntries(fields) };
  }

  #actualRegister(expected: string, members: Members): RegisterSpec {
    const spec = this.#registry.register(expected) ?? fail(unknownType(expected));
    const type = Object.hasOwn(members, "__type__") ? members["__type__"] : undefined;
    const module = Object.hasOwn(members, "__module__") ? members["__module__"] : undefined;
    if (typeof type !== "string" || typeof module !== "string") {
      return spec;
    }
    const actual =
      this.#registry.register(`${module}.${type}`) ?? fail(unknownType(`${module}.${type}`));
    if (!this.#registry.isSubRegister(actual, expected)) {
      throw new KurentoError(
        "UNEXPECTED_ERROR",
        `Type ${type} in module ${module} is not compatible with ${spec.name}`,
      );
    }
    return actual;
  }

  #nested<T>(decode: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      throw marshallError("Parameters are nested too deep");
    }
    this.#depth += 1;
    const value = decode();
    this.#depth -= 1;
    return value;
  }
}

/** `__module__` and `__type__` of a register. */
export function typeTags({ qualifiedName, name }: RegisterSpec): {
  __module__: string;
  __type__: string;
} {
  return { __module__: qualifiedName.slice(0, -name.length - 1), __type__: name };
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The words that Kurento's errors have for types. */
function wantedOf(type: TypeRef): string {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVE_WORDS[type.name];
    case "list":
    case "map":
      return type.kind;
    case "register":
      return "object";
    default:
      return "string";
  }
}

const PRIMITIVE_WORDS = {
  String: "string",
  boolean: "boolean",
  int: "integer",
  int64: "int64",
  float: "double",
  double: "double",
} as const;

function wrongType(place: string, type: TypeRef): KurentoError {
  return marshallError(`${place} should be a ${wantedOf(type)}`);
}

function marshallError(message: string): KurentoError {
  return new KurentoError("MARSHALL_ERROR", message);
}

function unknownType(qualifiedName: string): KurentoError {
  const [module = "", name = ""] = qualifiedName.split(/\.(?=[^.]*$)/);
  return new KurentoError("UNEXPECTED_ERROR", `Type ${name} does not exist in module ${module}`);
}

function fail(error: KurentoError): never {
  throw error;
}
