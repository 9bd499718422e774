/** Events that may wait for a slow reader; beyond, the stream fails rather than lose one silently. */
const maxWaiting = 10_000;

interface Reader<Event> {
  resolve(result: IteratorResult<Event, undefined>): void;
  reject(reason: unknown): void;
}

/** The events of one name as an async iterator; it ends when it is returned, and when its object is released. */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #onEnd: () => void;
  readonly #waiting: Event[] = [];
  readonly #readers: Reader<Event>[] = [];
  #ended: { error: unknown } | undefined;

  /** @param onEnd called once, when no more events are wanted */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Adds an event. */
  push(event: Event): void {
    if (this.#ended !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value: event });
    else if (this.#waiting.push(event) > maxWaiting) {
      this.#waiting.length = 0;
      this.end(new Error(`More than ${maxWaiting} events wait to be read`));
    }
  }

  /** Ends the stream after the events that wait; with an error, the reader gets it then. */
  end(error?: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    for (const reader of this.#readers.splice(0)) this.#settle(reader);
    this.#onEnd();
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    return new Promise((resolve, reject) => {
      const event = this.#waiting.shift();
      if (event !== undefined) resolve({ done: false, value: event });
      else if (this.#ended === undefined) this.#readers.push({ resolve, reject });
      else this.#settle({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // An error is told once; after it the stream is just over.
  #settle(reader: Reader<Event>): void {
    const error = this.#ended?.error;
    this.#ended = { error: undefined };
    if (error === undefined) reader.resolve({ done: true, value: undefined });
    else reader.reject(error);
  }
}
