import type { Logger } from "@kms/core";

import { checkResources } from "./server-manager/resource-limits.js";

/** What the limit is about. */
export interface KillLimitOptions {
  /** Of the limits of the processes; `undefined` = no such limit. */
  readonly fraction: number | undefined;
  /** Ids of the server's processes. */
  pids(): readonly number[];
  /** True when there is no object. */
  isIdle(): boolean;
  /** Ends the server in order. */
  terminate(): void;
  readonly log: Logger;
}

/** Ends a server that has used up its threads or files, at a moment when nobody loses anything: something starts it anew. */
export class KillLimit {
  readonly #options: KillLimitOptions;

  constructor(options: KillLimitOptions) {
    this.#options = options;
  }

  /** To be called when an object is gone. */
  async check(): Promise<void> {
    const { fraction, pids, isIdle, terminate, log } = this.#options;
    if (fraction === undefined || !isIdle()) return;
    const problem = await checkResources(pids(), fraction).catch((error: unknown) => error);
    if (problem === undefined || !isIdle()) return;
    log.error("killLimit reached and no objects left: ending", { problem });
    terminate();
  }
}
