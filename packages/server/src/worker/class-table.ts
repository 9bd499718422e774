import { KurentoError } from "@kms/core";
import type {
  ClassSpec,
  MediaObject,
  MediaObjectClass,
  ObjectContext,
  ServerModule,
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
  readonly #unbuilt = new Set<string>();

  /** @throws Error naming a class that a module implements, but does not declare as one that clients can create */
  constructor(modules: readonly ServerModule[]) {
    for (const module of modules) this.#add(module);
  }

  /** Qualified names of the classes that clients could create if a module implemented them, sorted. */
  unbuilt(): string[] {
    return [...this.#unbuilt].sort();
  }

  /** @throws KurentoError 40006 for a class that is declared, but not implemented; 40108 for any other that is not here */
  get(qualifiedName: string): CreatableClass {
    const found = this.#classes.get(qualifiedName);
    if (found !== undefined) return found;
    if (this.#unbuilt.has(qualifiedName)) {
      const text = `Class '${qualifiedName}' is not implemented in this build yet`;
      throw new KurentoError("NOT_IMPLEMENTED", text);
    }
    throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", `Factory '${qualifiedName}' not found`);
  }

  #add({ spec: module, classes }: ServerModule): void {
    const declared = new Map(module.classes.map((spec) => [spec.name, spec]));
    for (const [name, constructor] of Object.entries(classes)) {
      const spec = declared.get(name);
      if (spec === undefined)
        throw new Error(`module '${module.name}' does not declare its class '${name}'`);
      if (!isCreatable(spec))
        throw new Error(
          `module '${module.name}' implements '${name}', which its KMD gives no constructor`,
        );
      this.#classes.set(spec.qualifiedName, {
        spec,
        make: (context, params) => construct(constructor, context, params),
      });
    }
    for (const spec of module.classes)
      if (isCreatable(spec) && !Object.hasOwn(classes, spec.name))
        this.#unbuilt.add(spec.qualifiedName);
  }
}

function isCreatable({ abstract, constructorParams }: ClassSpec): boolean {
  return !abstract && constructorParams !== null;
}

// The decoder has just made `params` from the specification that the class's parameter type was generated from.
function construct(
  constructor: MediaObjectClass,
  context: ObjectContext,
  params: Readonly<Record<string, unknown>>,
): MediaObject {
  return new constructor(context, params as never);
}
