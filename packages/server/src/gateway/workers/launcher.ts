import type { Transport } from "@kms/core/jsonrpc";

/** A worker that is connected, but not started yet. */
export interface LaunchedWorker {
  readonly transport: Transport;
  /** `undefined` for a worker inside this process. */
  readonly pid: number | undefined;
  /** How many times longer than usual its answers may take; 1 where absent. */
  readonly patience?: number;
  /** Ends it at once, without giving it a chance to clean up. */
  kill(): void;
  /** Resolves when nothing of it is left. */
  readonly exited: Promise<void>;
}

/** Makes workers: as processes, or inside this one. */
export interface WorkerLauncher {
  /** @throws Error when no worker came up */
  launch(slot: number): Promise<LaunchedWorker>;
}
