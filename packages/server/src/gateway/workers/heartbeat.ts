import type { Clock } from "@kms/core/jsonrpc";

const intervalMs = 1000;
const silenceMs = 4000;
/** A last chance after the silence, as it may be this process that was stopped. */
const lastChanceMs = 1000;

/** How to reach the one that is watched. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Asks for a sign of life; rejects when there is none within the time. */
  ping(timeoutMs: number): Promise<unknown>;
  /** Called once, after 5 s of silence. */
  onSilent(): void;
}

/** Asks a worker for a sign of life each second, until stopped. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #isStopped = false;
  #cancel: () => void = () => undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#options.clock.after(intervalMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const isAlive = (await this.#answers(silenceMs)) || (await this.#answers(lastChanceMs));
    if (isAlive) this.#schedule();
    else if (!this.#isStopped) this.#options.onSilent();
  }

  async #answers(timeoutMs: number): Promise<boolean> {
    if (this.#isStopped) return false;
    return this.#options.ping(timeoutMs).then(
      () => true,
      () => false,
    );
  }
}
