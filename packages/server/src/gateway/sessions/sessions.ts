import { KurentoError } from "@kms/core";

import type { ObjectRecord } from "../registry/object-record.js";

interface Session {
  readonly objects: Set<ObjectRecord>;
  isInUse: boolean;
}

/**
 * Who uses which object. A session begins to exist when it first uses one, and ends by `closeSession` or when it was not
 * used for a whole garbage collection period.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  /** Ids of all sessions, sorted. */
  ids(): string[] {
    return [...this.#sessions.keys()].sort();
  }

  exists(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** @throws KurentoError 40007 for an unknown session */
  keepAlive(id: string): void {
    if (!this.touch(id)) throw new KurentoError("INVALID_SESSION", "Invalid session");
  }

  /** Marks a session as used, if it exists; tells whether it does. */
  touch(id: string): boolean {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.isInUse = true;
    return session !== undefined;
  }

  /** The session uses the object, hence its ancestors too. */
  reference(id: string, object: ObjectRecord): void {
    const session = this.#sessions.get(id) ?? { objects: new Set(), isInUse: true };
    this.#sessions.set(id, session);
    session.isInUse = true;
    for (
      let record: ObjectRecord | undefined = object;
      record !== undefined;
      record = record.parent
    ) {
      record.sessions.add(id);
      session.objects.add(record);
    }
  }

  /** A new object is used by all sessions of its parent. */
  inherit(object: ObjectRecord): void {
    for (const id of object.parent?.sessions ?? []) this.reference(id, object);
  }

  /**
   * The session no longer uses the object nor what is below it.
   * @returns the topmost of these that nobody uses any more
   */
  unreference(id: string, object: ObjectRecord): ObjectRecord[] {
    object.sessions.delete(id);
    this.#sessions.get(id)?.objects.delete(object);
    const unusedBelow = [...object.children].flatMap((child) => this.unreference(id, child));
    return object.sessions.size === 0 && object.slot !== undefined ? [object] : unusedBelow;
  }

  /** Forgets an object that is released. */
  drop(object: ObjectRecord): void {
    for (const id of object.sessions) this.#sessions.get(id)?.objects.delete(object);
    object.sessions.clear();
  }

  /**
   * Ends a session.
   * @returns the topmost objects that nobody uses any more
   */
  close(id: string): ObjectRecord[] {
    const objects = this.objectsOf(id);
    const unused = objects
      .filter(({ parent }) => parent === undefined)
      .flatMap((root) => this.unreference(id, root));
    this.#sessions.delete(id);
    return unused;
  }

  /** What the session uses. */
  objectsOf(id: string): ObjectRecord[] {
    return [...(this.#sessions.get(id)?.objects ?? [])];
  }

  /** Sessions that nobody used since the last call; those that were used get another period. */
  takeUnused(): string[] {
    const unused: string[] = [];
    for (const [id, session] of this.#sessions) {
      if (!session.isInUse) unused.push(id);
      session.isInUse = false;
    }
    return unused;
  }
}
