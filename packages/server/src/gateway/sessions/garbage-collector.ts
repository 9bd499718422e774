import type { Clock } from "@kms/core/jsonrpc";

/** What the collector does at its times. */
export interface CollectorActions {
  /** Marks the sessions of open connections as used; called four times a period. */
  keepConnectedAlive(): void;
  /** Ends sessions that were not used since the last call; called once a period. */
  collect(): void;
}

/** Calls the actions at their times until closed. */
export class GarbageCollector {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #actions: CollectorActions;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock, periodMs: number, actions: CollectorActions) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#actions = actions;
    this.#repeat(periodMs / 4, () => this.#actions.keepConnectedAlive());
    this.#repeat(periodMs, () => this.#actions.collect());
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  get periodMs(): number {
    return this.#periodMs;
  }

  #repeat(everyMs: number, action: () => void): void {
    const cancel = this.#clock.after(everyMs, () => {
      this.#cancels.delete(cancel);
      this.#repeat(everyMs, action);
      action();
    });
    this.#cancels.add(cancel);
  }
}
