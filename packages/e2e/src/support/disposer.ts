/** Disposes of what it was given, the last first: for things whose number a test does not know ahead. */
export class Disposer implements AsyncDisposable {
  readonly #things: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
  }
}
