import type { Logger, NativeEvents, NativeMap } from "@kms/core";

type Listener = (type: string, data: NativeMap) => void;

/** Hands the events of the native host, which come through one queue, to the objects they belong to. */
export class NativeEventRouter implements NativeEvents {
  readonly #log: Logger;
  readonly #listeners = new Map<string, Listener>();

  constructor(log: Logger) {
    this.#log = log;
  }

  listen(nativeId: string, listener: Listener): () => void {
    this.#listeners.set(nativeId, listener);
    return () => {
      if (this.#listeners.get(nativeId) === listener) this.#listeners.delete(nativeId);
    };
  }

  /** Events of objects that nobody listens to (any more) are dropped; a listener that throws stops nobody else. */
  dispatch(nativeId: string, type: string, data: NativeMap): void {
    try {
      this.#listeners.get(nativeId)?.(type, data);
    } catch (error) {
      this.#log.error("native event handler failed", { object: nativeId, event: type, error });
    }
  }
}
