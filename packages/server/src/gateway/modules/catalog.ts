import type { ClassManifest, ModuleManifest, OperationManifest } from "@kms/core";

/** A class of some module, as the gateway knows it. */
export interface CatalogClass {
  readonly manifest: ClassManifest;
  /** Operations of the class and its ancestors, the class's own winning. */
  findOperation(name: string): OperationManifest | undefined;
  /** True for events of the class and its ancestors. */
  hasEvent(name: string): boolean;
  /** True for the class itself and its ancestors. */
  isA(qualifiedName: string): boolean;
}

/** The classes of all modules, from their manifests. */
export class Catalog {
  readonly #modules: readonly ModuleManifest[];
  readonly #classes = new Map<string, CatalogClass>();
  readonly #qualifiedNames = new Map<string, string>();

  constructor(modules: readonly ModuleManifest[]) {
    this.#modules = modules;
    for (const manifest of modules.flatMap(({ classes }) => classes)) this.#add(manifest);
  }

  get modules(): readonly ModuleManifest[] {
    return this.#modules;
  }

  /** The class by bare (`WebRtcEndpoint`) or qualified (`kurento.WebRtcEndpoint`) name. */
  find(name: string): CatalogClass | undefined {
    return this.#classes.get(this.#qualifiedNames.get(name) ?? name);
  }

  /** Bare and qualified names of all classes that clients can create, sorted. */
  factories(): string[] {
    const creatable = [...this.#classes.values()].filter(({ manifest }) => manifest.creatable);
    return creatable.flatMap(({ manifest }) => [manifest.name, manifest.qualifiedName]).sort();
  }

  #add(manifest: ClassManifest): void {
    if (this.#classes.has(manifest.qualifiedName)) return;
    this.#classes.set(manifest.qualifiedName, this.#view(manifest));
    // The first module to use a bare name keeps it.
    if (!this.#qualifiedNames.has(manifest.name))
      this.#qualifiedNames.set(manifest.name, manifest.qualifiedName);
  }

  #view(manifest: ClassManifest): CatalogClass {
    const lineage = [manifest.qualifiedName, ...manifest.hierarchy];
    const events = new Set(manifest.allEvents);
    return {
      manifest,
      findOperation: (name) => this.#findOperation(lineage, name),
      hasEvent: (name) => events.has(name),
      isA: (qualifiedName) => lineage.includes(qualifiedName),
    };
  }

  #findOperation(lineage: readonly string[], name: string): OperationManifest | undefined {
    for (const qualifiedName of lineage) {
      const own = this.#classes
        .get(qualifiedName)
        ?.manifest.operations.find((operation) => operation.name === name);
      if (own !== undefined) return own;
    }
    return undefined;
  }
}
