/** Where whole lines end: a file or a terminal. */
export interface LogTarget {
  /** Writes lines, each with its line break; resolves once the kernel has them. */
  write(lines: readonly Buffer[]): Promise<void>;
  /** The same without waiting for others: for a process that ends now. */
  writeNow(lines: readonly Buffer[]): void;
  close(): Promise<void>;
}

/** Bytes that may wait; beyond them lines are dropped and counted. */
const maxWaitingBytes = 16 * 1024 * 1024;
/** Above it, streams of lines should wait. */
const highWaterBytes = 4 * 1024 * 1024;

/** What the owner of a queue is told. */
export interface QueueEvents {
  /** Lines cannot be written any more; told once. */
  onFailure(error: unknown): void;
  /** Lines can be written again, or are again few enough; so many were lost. */
  onLoss(droppedLines: number): void;
}

/**
 * Lines on their way to a target, in order: each is written as soon as the one before is. Nobody waits for it, and what
 * waits in it is bounded.
 */
export class LogQueue {
  readonly #target: LogTarget;
  readonly #events: QueueEvents;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #droppedLines = 0;
  #isFailing = false;
  #writing: Promise<void> | undefined;
  #roomWaiters: (() => void)[] = [];

  constructor(target: LogTarget, events: QueueEvents) {
    this.#target = target;
    this.#events = events;
  }

  /** Adds whole lines, as many as the buffer holds. */
  push(lines: Buffer): void {
    if (this.#waitingBytes + lines.length > maxWaitingBytes) {
      this.#droppedLines += countLines(lines);
      return;
    }
    this.#waiting.push(lines);
    this.#waitingBytes += lines.length;
    this.#writing ??= this.#writeAll();
  }

  /** True when whoever can wait should. */
  get isBusy(): boolean {
    return this.#waitingBytes > highWaterBytes;
  }

  /** Resolves when the queue is no longer busy. */
  async whenRoom(): Promise<void> {
    if (this.isBusy) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Resolves when everything is written, then closes the target. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#target.close();
  }

  /** Writes what waits at once: for a process that ends now. */
  flushNow(): void {
    const lines = this.#take();
    if (lines.length > 0) this.#target.writeNow(lines);
  }

  async #writeAll(): Promise<void> {
    // What comes in one turn of the event loop goes out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#take();
      try {
        await this.#target.write(lines);
        this.#onWritten();
      } catch (error) {
        this.#onFailed(lines, error);
      }
    }
    this.#writing = undefined;
  }

  #take(): Buffer[] {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
    return lines;
  }

  #onWritten(): void {
    const lost = this.#droppedLines;
    this.#droppedLines = 0;
    this.#isFailing = false;
    if (lost > 0) this.#events.onLoss(lost);
  }

  #onFailed(lines: readonly Buffer[], error: unknown): void {
    this.#droppedLines += lines.reduce((sum, each) => sum + countLines(each), 0);
    if (!this.#isFailing) this.#events.onFailure(error);
    this.#isFailing = true;
  }
}

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(10); at !== -1; at = lines.indexOf(10, at + 1)) count += 1;
  return count;
}
