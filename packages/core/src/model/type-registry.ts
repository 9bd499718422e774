import type { ClassSpec, EnumSpec, ModuleSpec, RegisterSpec } from "./schema-types.js";

/** Finds what the loaded modules declare, by qualified name. */
export class TypeRegistry {
  readonly #enums = new Map<string, EnumSpec>();
  readonly #registers = new Map<string, RegisterSpec>();
  readonly #classes = new Map<string, ClassSpec>();
  readonly #classesByName = new Map<string, ClassSpec>();

  /** @param modules all loaded ones; where two classes share a bare name, it means that of the first */
  constructor(modules: readonly ModuleSpec[]) {
    for (const module of modules) {
      module.enums.forEach((spec) => this.#enums.set(spec.qualifiedName, spec));
      module.registers.forEach((spec) => this.#registers.set(spec.qualifiedName, spec));
      module.classes.forEach((spec) => this.#addClass(spec));
    }
  }

  #addClass(spec: ClassSpec): void {
    this.#classes.set(spec.qualifiedName, spec);
    if (!this.#classesByName.has(spec.name)) {
      this.#classesByName.set(spec.name, spec);
    }
  }

  enum(qualifiedName: string): EnumSpec | undefined {
    return this.#enums.get(qualifiedName);
  }

  register(qualifiedName: string): RegisterSpec | undefined {
    return this.#registers.get(qualifiedName);
  }

  class(qualifiedName: string): ClassSpec | undefined {
    return this.#classes.get(qualifiedName);
  }

  /** Finds a class by the name that clients use in `create`: bare (`WebRtcEndpoint`) or qualified. */
  findClass(name: string): ClassSpec | undefined {
    return this.#classes.get(name) ?? this.#classesByName.get(name);
  }

  classes(): readonly ClassSpec[] {
    return [...this.#classes.values()];
  }

  /** True if the class is of that qualified name or descends from it. */
  isSubclass(spec: ClassSpec, qualifiedName: string): boolean {
    for (let level: ClassSpec | null = spec; level !== null; level = level.parent) {
      if (level.qualifiedName === qualifiedName) {
        return true;
      }
    }
    return false;
  }

  /** True if the register is of that qualified name or extends it. */
  isSubRegister(spec: RegisterSpec, qualifiedName: string): boolean {
    for (
      let level: RegisterSpec | undefined = spec;
      level !== undefined;
      level = this.#parentOf(level)
    ) {
      if (level.qualifiedName === qualifiedName) {
        return true;
      }
    }
    return false;
  }

  #parentOf({ parent }: RegisterSpec): RegisterSpec | undefined {
    return parent === null ? undefined : this.#registers.get(parent);
  }
}
