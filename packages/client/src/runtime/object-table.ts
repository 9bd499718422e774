import { isOrBelow } from "./object-id.js";
import type { RemoteObject } from "./remote-object.js";

/** The objects that the application holds, so that one id gives one object. Does not keep them alive. */
export class ObjectTable {
  readonly #objects = new Map<string, WeakRef<RemoteObject>>();
  readonly #collected = new FinalizationRegistry<string>((id) => this.#forget(id));

  get(id: string): RemoteObject | undefined {
    return this.#objects.get(id)?.deref();
  }

  add(object: RemoteObject): void {
    this.#objects.set(object.id, new WeakRef(object));
    this.#collected.register(object, object.id);
  }

  /** Forgets an object and all below it. */
  drop(id: string): void {
    for (const known of [...this.#objects.keys()]) {
      if (isOrBelow(known, id)) this.#objects.delete(known);
    }
  }

  clear(): void {
    this.#objects.clear();
  }

  // The id may have a new object by now.
  #forget(id: string): void {
    if (this.get(id) === undefined) this.#objects.delete(id);
  }
}
