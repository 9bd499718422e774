import process from "node:process";

import type { Logger } from "@kms/core";
import type { NativeLog, NativeLogOptions } from "@kms/core/native";

import { CategoryLogger } from "./category-logger.js";
import { DebugFilter } from "./debug-filter.js";
import { readGstOptions } from "./gst-options.js";

const stderrFd = 2;
const lastWaitMs = 1000;

/**
 * The log of a worker process: the lines of TypeScript and of native code go the same way, to the gateway if it has started
 * the process (`KMS_LOG_FD`), else to standard error.
 * @param openNativeLog that of `@kms/core/native`
 */
export function openWorkerLog(openNativeLog: (options: NativeLogOptions) => NativeLog): Logger {
  const { list, color } = readGstOptions([], process.env);
  const given = process.env["KMS_LOG_FD"];
  const fd = given === undefined ? stderrFd : Number(given);
  const isColored = color === "on" || (fd !== stderrFd && color === "auto");
  const native = openNativeLog({ fd, isColored });
  process.on("exit", () => native.close(lastWaitMs));
  return new CategoryLogger("KurentoMediaServer", {
    filter: new DebugFilter(list),
    isColored,
    write: (line) => native.write(line),
  });
}
