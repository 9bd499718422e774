import type { JsonObject } from "@kms/jsonrpc";
import { isOrBelow } from "./object-id.js";
import type { ProblemSink } from "./problem.js";
import type { RemoteObject } from "./remote-object.js";

/** Who hears of an event; `ended` when there will be no more: released, or the session is lost (with an error). */
export interface EventListener {
  event(data: unknown): void;
  ended(error?: Error): void;
}

/** Calls a method of the server in the session. */
export type SessionRequest = (method: string, params: JsonObject) => Promise<JsonObject>;

interface Subscription {
  /** Held, so that an object with listeners stays the one for its id. */
  readonly source: RemoteObject;
  readonly listeners: Set<EventListener>;
  /** The server's id of it. */
  readonly id: Promise<string>;
}

/** Which listeners want which events: one subscription on the server for all listeners of an object's event. */
export class Subscriptions {
  readonly #request: SessionRequest;
  readonly #onProblem: ProblemSink;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(request: SessionRequest, onProblem: ProblemSink) {
    this.#request = request;
    this.#onProblem = onProblem;
  }

  /** Subscriptions that have listeners. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /**
   * Adds a listener, subscribing for the first one. Resolves when the server has confirmed.
   * @throws KurentoError 40106 for an event that the object does not have; then the listener is not added
   */
  async add(source: RemoteObject, event: string, listener: EventListener): Promise<void> {
    const key = keyOf(source.id, event);
    const known = this.#subscriptions.get(key);
    const subscription = known ?? this.#subscribe(source, event);
    subscription.listeners.add(listener);
    try {
      await subscription.id;
    } catch (error) {
      if (this.#subscriptions.get(key) === subscription) this.#subscriptions.delete(key);
      throw error;
    }
  }

  /** Adds a listener whose subscription the server has confirmed already, under this id. */
  adopt(source: RemoteObject, event: string, listener: EventListener, id: string): void {
    const key = keyOf(source.id, event);
    const known = this.#subscriptions.get(key);
    // One more subscription to the same events changes nothing; it ends with the object or the session.
    if (known !== undefined) known.listeners.add(listener);
    else
      this.#subscriptions.set(key, {
        source,
        listeners: new Set([listener]),
        id: Promise.resolve(id),
      });
  }

  /** Takes a listener away, unsubscribing after the last one. Unknown ones do nothing. */
  async remove(source: RemoteObject, event: string, listener: EventListener): Promise<void> {
    const key = keyOf(source.id, event);
    const subscription = this.#subscriptions.get(key);
    if (subscription === undefined || !subscription.listeners.delete(listener)) return;
    if (subscription.listeners.size > 0) return;
    this.#subscriptions.delete(key);
    const id = await subscription.id.catch(() => undefined);
    if (id !== undefined)
      await this.#request("unsubscribe", { object: source.id, subscription: id });
  }

  /** The object whose event this is, if anybody wants it. */
  sourceOf(objectId: string, event: string): RemoteObject | undefined {
    return this.#subscriptions.get(keyOf(objectId, event))?.source;
  }

  /** Hands an event to its listeners; one that throws does not stop the others. */
  dispatch(objectId: string, event: string, data: unknown): void {
    const subscription = this.#subscriptions.get(keyOf(objectId, event));
    for (const listener of [...(subscription?.listeners ?? [])]) {
      this.#guard(`listener of ${event} failed`, () => listener.event(data));
    }
  }

  /** Ends all subscriptions of an object and of those below it, which the server has dropped already. */
  drop(objectId: string): void {
    this.#end((subscription) => isOrBelow(subscription.source.id, objectId));
  }

  /** Ends all: the session that they belong to is gone. */
  dropAll(error?: Error): void {
    this.#end(() => true, error);
  }

  #subscribe(source: RemoteObject, event: string): Subscription {
    const id = this.#request("subscribe", { object: source.id, type: event }).then((result) => {
      return String(result["value"]);
    });
    const subscription = { source, listeners: new Set<EventListener>(), id };
    this.#subscriptions.set(keyOf(source.id, event), subscription);
    return subscription;
  }

  #end(isMeant: (subscription: Subscription) => boolean, error?: Error): void {
    for (const [key, subscription] of [...this.#subscriptions]) {
      if (!isMeant(subscription)) continue;
      this.#subscriptions.delete(key);
      for (const listener of subscription.listeners) {
        this.#guard("listener of an end failed", () => listener.ended(error));
      }
    }
  }

  #guard(message: string, call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.#onProblem({ kind: "listener", message, cause });
    }
  }
}

function keyOf(objectId: string, event: string): string {
  return `${event} ${objectId}`;
}
