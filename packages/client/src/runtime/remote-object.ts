import type { RequestOptions } from "@kms/jsonrpc";
import { EventStream } from "./event-stream.js";
import type { EventListener } from "./subscriptions.js";
import type { ClientClassSpec, TypeRef } from "./schema-types.js";

/** What objects need of the client that they belong to. */
export interface RemoteSession {
  invoke(
    object: RemoteObject,
    operation: string,
    params: object,
    returns: TypeRef | null,
  ): Promise<unknown>;
  subscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void>;
  unsubscribe(object: RemoteObject, event: string, listener: EventListener): Promise<void>;
  release(object: RemoteObject, options?: RequestOptions): Promise<void>;
}

/** Receives the data of an event. What it throws is reported to the client's `onProblem`. */
export type RemoteListener<Event> = (event: Event) => void;

/** Gives an object of a transaction, once that is done, its own id and its client. */
export const becomeReal = Symbol("becomeReal");

/** An object on the media server: root of all generated classes. */
export abstract class RemoteObject {
  static readonly spec: ClientClassSpec<never> = {
    name: "RemoteObject",
    qualifiedName: "RemoteObject",
    constructorParams: null,
  };

  /** Events of the class by name; only a type. */
  declare readonly eventMap: object;
  #id: string;
  #session: RemoteSession;
  readonly #listeners = new Map<string, Map<unknown, EventListener>>();
  #released: Promise<void> | undefined;

  constructor(session: RemoteSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  /** The server's id of the object; of one made in a transaction that is not done yet, its place in that. */
  get id(): string {
    return this.#id;
  }

  /** True once `release` was called and did not fail. */
  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /**
   * Calls back for each event of this name; the first listener subscribes on the server. The promise resolves when the
   * server has confirmed and need not be awaited: calls that follow are executed after it, and a failure is also reported
   * to the client's `onProblem`. Adding the same listener again does nothing.
   * @throws KurentoError 40106 "Event 'X' not supported", 40101 when the object does not exist (any more)
   */
  on<Name extends keyof this["eventMap"] & string>(
    event: Name,
    listener: RemoteListener<this["eventMap"][Name]>,
  ): Promise<void> {
    const ofEvent = this.#listeners.get(event) ?? new Map<unknown, EventListener>();
    if (ofEvent.has(listener)) return Promise.resolve();
    const forget = (): boolean => ofEvent.delete(listener);
    const adapted: EventListener = { event: listener as (data: unknown) => void, ended: forget };
    this.#listeners.set(event, ofEvent.set(listener, adapted));
    const subscribed = this.#session.subscribe(this, event, adapted);
    subscribed.catch(forget);
    return subscribed;
  }

  /** Stops calling back; the last listener of an event unsubscribes. Unknown listeners do nothing. */
  off<Name extends keyof this["eventMap"] & string>(
    event: Name,
    listener: RemoteListener<this["eventMap"][Name]>,
  ): Promise<void> {
    const adapted = this.#listeners.get(event)?.get(listener);
    if (adapted === undefined) return Promise.resolve();
    this.#listeners.get(event)?.delete(listener);
    return this.#session.unsubscribe(this, event, adapted);
  }

  /**
   * The events of this name from now on. Ends when the loop is left, when the object is released by this client, and
   * with an error when subscribing fails or the session is lost.
   */
  events<Name extends keyof this["eventMap"] & string>(
    event: Name,
  ): EventStream<this["eventMap"][Name]> {
    const stream = new EventStream<this["eventMap"][Name]>(() => {
      this.#session.unsubscribe(this, event, listener).catch(() => undefined);
    });
    const listener: EventListener = {
      event: (data) => stream.push(data as this["eventMap"][Name]),
      ended: (error) => stream.end(error),
    };
    this.#session.subscribe(this, event, listener).catch((error: unknown) => stream.end(error));
    return stream;
  }

  /** Destroys the object and all below it on the server, for all sessions. Once done, doing it again does nothing. */
  release(): Promise<void> {
    this.#released ??= this.#session.release(this).catch((error: unknown) => {
      this.#released = undefined;
      throw error;
    });
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** For transactions only. */
  [becomeReal](session: RemoteSession, id: string): void {
    this.#session = session;
    this.#id = id;
  }

  /** The id: what an object is in JSON. */
  toJSON(): string {
    return this.id;
  }

  /** Calls an operation of the server; generated methods do. `returns` is null where there is no result. */
  protected invoke<Result>(
    operation: string,
    params: object,
    returns: TypeRef | null,
  ): Promise<Result> {
    return this.#session.invoke(this, operation, params, returns) as Promise<Result>;
  }
}
