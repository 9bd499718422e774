import { writeSync } from "node:fs";
import process from "node:process";

import type { LogTarget } from "./log-queue.js";

const stderrFd = 2;

/** Lines on standard error. */
export const stderrTarget: LogTarget = {
  write: (lines) =>
    new Promise((resolve, reject) => {
      process.stderr.write(Buffer.concat(lines), (error) =>
        error === null || error === undefined ? resolve() : reject(error),
      );
    }),
  writeNow: (lines) => {
    for (const each of lines) writeSync(stderrFd, each);
  },
  close: async () => undefined,
};
