/** Runs the tasks of one pipeline in order, one by one; those of different pipelines side by side. */
export class PipelineQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Id of the pipeline that an object belongs to: the part before the first slash. */
  static keyOf(objectId: string): string {
    return objectId.split("/", 1)[0] ?? objectId;
  }

  /** Runs the task after all earlier ones of this pipeline; settles as the task does. */
  run<T>(pipelineId: string, task: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(pipelineId) ?? Promise.resolve();
    const result = previous.then(task);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(pipelineId, tail);
    void tail.then(() => {
      if (this.#tails.get(pipelineId) === tail) this.#tails.delete(pipelineId);
    });
    return result;
  }
}
