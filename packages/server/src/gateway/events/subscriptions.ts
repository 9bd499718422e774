import { randomUUID } from "node:crypto";

/** Who wants which events of which object. */
export class Subscriptions {
  // object -> event type -> session -> subscription ids
  readonly #objects = new Map<string, Map<string, Map<string, Set<string>>>>();

  /** Adds a subscription; several of one session to the same events still give each event once. */
  add(objectId: string, type: string, session: string): string {
    const types = getOrAdd(
      this.#objects,
      objectId,
      () => new Map<string, Map<string, Set<string>>>(),
    );
    const sessions = getOrAdd(types, type, () => new Map<string, Set<string>>());
    const id = randomUUID();
    getOrAdd(sessions, session, () => new Set<string>()).add(id);
    return id;
  }

  /** Removes a subscription; does nothing when there is no such one. */
  remove(objectId: string, session: string, subscription: string): void {
    const types = this.#objects.get(objectId);
    for (const sessions of types?.values() ?? []) {
      const ids = sessions.get(session);
      ids?.delete(subscription);
      if (ids?.size === 0) sessions.delete(session);
    }
  }

  /** Removes all subscriptions to an object that is gone. */
  removeObject(objectId: string): void {
    this.#objects.delete(objectId);
  }

  /** Removes all subscriptions of a session that is gone. */
  removeSession(session: string): void {
    for (const types of this.#objects.values()) {
      for (const sessions of types.values()) sessions.delete(session);
    }
  }

  /** Sessions that want this event. */
  sessionsFor(objectId: string, type: string): string[] {
    return [...(this.#objects.get(objectId)?.get(type)?.keys() ?? [])];
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}
