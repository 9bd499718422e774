import { connect } from "node:net";
import process from "node:process";

import { FramedTransport } from "@kms/core/jsonrpc";

import { processClock } from "../process-clock.js";
import { withCrashHandler } from "../logging/crash-handler.js";
import { openWorkerLog } from "../logging/worker-log.js";
import { importModule } from "./import-module.js";
import { processTrimmer } from "../memory-trimmer.js";
import { Worker } from "./worker.js";

// Process of one media worker: `node worker/main.js <slot> <socket path>`. The gateway listens on the socket; the worker
// ends when the connection does.

const [, , slot, socketPath] = process.argv;
if (socketPath === undefined) throw new Error("usage: main.js <slot> <socket path>");

// The terminal and service managers signal the whole group; when to stop is the gateway's decision.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

const { openHost, openNativeLog, trimMemory } = await import("@kms/core/native");
const log = openWorkerLog(openNativeLog);
process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));
log.info("media worker started", { slot });

const transport = new FramedTransport(connect(socketPath));
const worker = new Worker(transport, {
  openHost: withCrashHandler(openHost),
  importModule,
  clock: processClock,
  log,
  trimmer: processTrimmer(processClock, trimMemory),
});
worker.signal.addEventListener("abort", () => {
  const exit = (): void => process.exit(0);
  worker.shutdown().then(exit, (error: unknown) => {
    log.error("shutdown failed", { error });
    process.exit(1);
  });
});
