import { randomUUID } from "node:crypto";

/** Who wants which events of which object. */
export class Subscriptions {
  // object -> event type -> session -> subscription ids
  readonly #objects = new Map<string, Map<string, Map<string, Set<string>>>>();
  // session -> objects that it has subscriptions to, so that its end does not look at all objects
  readonly #sessions = new Map<string, Set<string>>();

  /** Pairs of a session and an object with subscriptions. */
  get size(): number {
    return [...this.#sessions.values()].reduce((sum, { size }) => sum + size, 0);
  }

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
    getOrAdd(this.#sessions, session, () => new Set<string>()).add(objectId);
    return id;
  }

  /** Removes a subscription; does nothing when there is no such one. */
  remove(objectId: string, session: string, subscription: string): void {
    const types = [...(this.#objects.get(objectId)?.values() ?? [])];
    for (const sessions of types) {
      const ids = sessions.get(session);
      ids?.delete(subscription);
      if (ids?.size === 0) sessions.delete(session);
    }
    if (!types.some((sessions) => sessions.has(session))) this.#forget(session, objectId);
  }

  /** Removes all subscriptions to an object that is gone. */
  removeObject(objectId: string): void {
    const types = [...(this.#objects.get(objectId)?.values() ?? [])];
    for (const session of types.flatMap((sessions) => [...sessions.keys()]))
      this.#forget(session, objectId);
    this.#objects.delete(objectId);
  }

  /** Removes all subscriptions of a session that is gone. */
  removeSession(session: string): void {
    for (const objectId of this.#sessions.get(session) ?? []) {
      for (const sessions of this.#objects.get(objectId)?.values() ?? []) sessions.delete(session);
    }
    this.#sessions.delete(session);
  }

  /** Sessions that want this event. */
  sessionsFor(objectId: string, type: string): string[] {
    return [...(this.#objects.get(objectId)?.get(type)?.keys() ?? [])];
  }

  #forget(session: string, objectId: string): void {
    const objects = this.#sessions.get(session);
    objects?.delete(objectId);
    if (objects?.size === 0) this.#sessions.delete(session);
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}
