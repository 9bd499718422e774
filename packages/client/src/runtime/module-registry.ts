import type { AnyRemoteClass, ClientModuleSpec, EventSpec, RegisterSpec } from "./schema-types.js";

/** The classes, registers and events of all modules that a client knows, by qualified name. */
export class ModuleRegistry {
  readonly #classes = new Map<string, AnyRemoteClass>();
  readonly #registers = new Map<string, RegisterSpec>();
  readonly #events = new Map<string, EventSpec>();

  constructor(modules: readonly ClientModuleSpec[]) {
    for (const module of modules) {
      for (const type of module.classes) this.#classes.set(type.spec.qualifiedName, type);
      for (const register of module.registers)
        this.#registers.set(register.qualifiedName, register);
      for (const event of module.events) this.#events.set(event.qualifiedName, event);
    }
  }

  class(qualifiedName: string): AnyRemoteClass | undefined {
    return this.#classes.get(qualifiedName);
  }

  register(qualifiedName: string): RegisterSpec | undefined {
    return this.#registers.get(qualifiedName);
  }

  /** The event of this name that an object of such a class raises: its own module's, else Kurento's. */
  event(name: string, ofClass: string): EventSpec | undefined {
    const module = ofClass.slice(0, ofClass.lastIndexOf("."));
    return this.#events.get(`${module}.${name}`) ?? this.#events.get(`kurento.${name}`);
  }

  /**
   * The class of an object. Its id ends in `_<module>.<Class>`; where that class is not known (of a module without
   * generated code here), the one it was declared as must do.
   */
  classOfObject(id: string, declared: string): AnyRemoteClass | undefined {
    const named = id.slice(id.lastIndexOf("_") + 1);
    return this.#classes.get(named) ?? this.#classes.get(declared);
  }
}
