/** Carries whole message texts both ways, in order. */
export interface Transport {
  /** Queues a text for sending. After close it does nothing. */
  send(text: string): void;
  /** Sets who receives texts; one listener, set once. Texts that arrive before are kept for it. */
  onMessage(listener: (text: string) => void): void;
  /** Adds a listener for the end of the connection, called once; with an error unless it ended in order. */
  onClose(listener: (error?: Error) => void): void;
  /** Ends the connection; with an error, at once and for that reason. Only the first call is told to listeners. */
  close(error?: Error): void;
}

/** What every transport needs around its wire: early texts kept, one end, listeners that can come late. */
export class TransportEnds {
  #listener: ((text: string) => void) | undefined;
  #early: string[] = [];
  #closeListeners: ((error?: Error) => void)[] = [];
  #closed: { error: Error | undefined } | undefined;

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Hands a text to the listener, or keeps it until there is one. */
  deliver(text: string): void {
    if (this.#listener === undefined) this.#early.push(text);
    else this.#listener(text);
  }

  /** As {@link Transport.onMessage}. */
  onMessage(listener: (text: string) => void): void {
    this.#listener = listener;
    for (const text of this.#early.splice(0)) listener(text);
  }

  /** As {@link Transport.onClose}. */
  onClose(listener: (error?: Error) => void): void {
    if (this.#closed === undefined) this.#closeListeners.push(listener);
    else listener(this.#closed.error);
  }

  /** Tells the end to all listeners, the first time it is called. */
  closed(error?: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = { error };
    for (const listener of this.#closeListeners.splice(0)) listener(error);
  }
}
