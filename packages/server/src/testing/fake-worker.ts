import { connect } from "node:net";
import process from "node:process";

import { FramedTransport } from "@kms/core/jsonrpc";
import { silentLogger } from "@kms/core";
import { FakeNativeHost } from "@kms/core/testing";

import { processClock } from "../process-clock.js";
import { importModule } from "../worker/import-module.js";
import { Worker } from "../worker/worker.js";

// A worker process as worker/main.ts, without media: for tests of what the gateway does when processes die.

const [, , , socketPath = ""] = process.argv;
const transport = new FramedTransport(connect(socketPath));
const openHost = (): FakeNativeHost => new FakeNativeHost();
const worker = new Worker(transport, {
  openHost,
  importModule,
  clock: processClock,
  log: silentLogger,
});
worker.signal.addEventListener("abort", () => void worker.shutdown().then(() => process.exit(0)));
