/** Runs tasks of one key one after another, tasks of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Keys with a task running or waiting. */
  get size(): number {
    return this.#tails.size;
  }

  /** Starts the task when all earlier ones of this key are done; at once for an idle key. The task must not fail. */
  run(key: string, task: () => Promise<void>): void {
    const previous = this.#tails.get(key);
    const tail = previous === undefined ? task() : previous.then(task);
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
  }
}
