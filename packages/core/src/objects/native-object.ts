import { KurentoError } from "../model/errors.js";
import type { ObjectContext } from "../model/object-context.js";
import type { NativeMap, NativeValue } from "../native/host.js";
import { toKurentoError } from "./native-errors.js";

/** Handles one kind of event of a native object. */
export type NativeEventHandler = (data: NativeMap) => void;

/** The native object behind a remote one: made once, called, listened to, and given up. */
export class NativeObject {
  readonly #context: ObjectContext;
  readonly #ownId: string;
  readonly #handlers = new Map<string, NativeEventHandler>();
  #id: string | undefined;
  #stopListening: () => void = () => undefined;

  /** @param id of the native object; that of the remote one, unless it is a further one */
  constructor(context: ObjectContext, id = context.id) {
    this.#context = context;
    this.#ownId = id;
  }

  /** `undefined` before {@link create} and after {@link release}. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Adds or replaces the handler of one kind of event; kinds without one are ignored. */
  handle(type: string, handler: NativeEventHandler): void {
    this.#handlers.set(type, handler);
  }

  /** @throws KurentoError with the code native code gave */
  async create(className: string, params: NativeMap): Promise<void> {
    const { host, nativeEvents } = this.#context;
    const id = this.#ownId;
    this.#stopListening = nativeEvents.listen(id, (type, data) => this.#handlers.get(type)?.(data));
    try {
      await host.create(className, id, params);
    } catch (error) {
      this.#stopListening();
      throw toKurentoError(error);
    }
    this.#id = id;
  }

  /** @throws KurentoError with the code native code gave; 40108 when there is no native object */
  async call(method: string, args: NativeMap): Promise<NativeValue> {
    if (this.#id === undefined)
      throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", "Media Object not available");
    try {
      return await this.#context.host.invoke(this.#id, method, args);
    } catch (error) {
      throw toKurentoError(error);
    }
  }

  /** Resolves when everything native of it is gone; does nothing when there is none. */
  async release(): Promise<void> {
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await this.#context.host.release(id);
    this.#stopListening();
  }
}
