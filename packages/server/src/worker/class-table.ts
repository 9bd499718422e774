import { KurentoError } from "@kms/core";
import type {
  ClassSpec,
  MediaObject,
  MediaObjectClass,
  ObjectContext,
  ServerModule,
  TypeRegistry,
} from "@kms/core";

/** A class that the worker can make objects of. */
export interface CreatableClass {
  readonly spec: ClassSpec;
  /** @param params decoded constructor parameters of this very class */
  make(context: ObjectContext, params: Readonly<Record<string, unknown>>): MediaObject;
}

/** The creatable classes of all loaded modules, by qualified name. */
export class ClassTable {
  readonly #classes = new Map<string, CreatableClass>();

  /** @throws Error naming a class that a module exports but does not declare */
  constructor(modules: readonly ServerModule[], registry: TypeRegistry) {
    for (const { spec: module, classes } of modules) {
      for (const [name, constructor] of Object.entries(classes)) {
        const spec = registry.findClass(`${module.wireModule}.${name}`);
        if (spec === undefined)
          throw new Error(`module '${module.name}' does not declare its class '${name}'`);
        this.#classes.set(spec.qualifiedName, {
          spec,
          make: (context, params) => construct(constructor, context, params),
        });
      }
    }
  }

  /** @throws KurentoError 40108 for a class that no module implements */
  get(qualifiedName: string): CreatableClass {
    const found = this.#classes.get(qualifiedName);
    if (found === undefined)
      throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", `Factory '${qualifiedName}' not found`);
    return found;
  }
}

// The decoder has just made `params` from the specification that the class's parameter type was generated from.
function construct(
  constructor: MediaObjectClass,
  context: ObjectContext,
  params: Readonly<Record<string, unknown>>,
): MediaObject {
  return new constructor(context, params as never);
}
