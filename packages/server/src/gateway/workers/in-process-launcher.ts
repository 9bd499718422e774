import { memoryTransportPair } from "@kms/core/jsonrpc";

import { Worker } from "../../worker/worker.js";
import type { WorkerParts } from "../../worker/worker.js";
import type { LaunchedWorker, WorkerLauncher } from "./launcher.js";

/** Valgrind slows a call down about fifty times, and whoever reads a stack trace in a debugger takes longer. */
const patience = 60;

/** Runs workers inside this process, over a channel in memory: for debuggers, sanitizers and tests. */
export class InProcessLauncher implements WorkerLauncher {
  readonly #parts: () => Promise<WorkerParts>;

  /** @param parts what each worker is built from; asked for only when one is launched */
  constructor(parts: () => Promise<WorkerParts>) {
    this.#parts = parts;
  }

  async launch(_slot: number): Promise<LaunchedWorker> {
    const parts = await this.#parts();
    const [ours, theirs] = memoryTransportPair();
    const worker = new Worker(theirs, parts);
    const exited = new Promise<void>((resolve) => {
      worker.signal.addEventListener("abort", () => {
        worker.shutdown().then(
          () => resolve(),
          (error: unknown) => {
            parts.log.error("shutdown failed", { error });
            resolve();
          },
        );
      });
    });
    const kill = (): void => ours.close(new Error("killed"));
    return { transport: ours, pid: undefined, patience, kill, exited };
  }
}
