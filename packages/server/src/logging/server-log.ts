import { Socket } from "node:net";
import process from "node:process";
import type { Readable } from "node:stream";

import type { Logger } from "@kms/core";
import type { NativeLog, NativeLogOptions } from "@kms/core/native";

import type { LogFileOptions } from "../gateway/config/command-line.js";
import type { WorkerOutput } from "../gateway/workers/process-launcher.js";

import { CategoryLogger } from "./category-logger.js";
import { DebugFilter } from "./debug-filter.js";
import { ErrorsLog } from "./errors-log.js";
import type { GstOptions } from "./gst-options.js";
import { takeLines } from "./line-stream.js";
import { LogQueue } from "./log-queue.js";
import type { LogTarget } from "./log-queue.js";
import { RotatingFiles } from "./rotating-files.js";
import { stderrTarget } from "./stderr-target.js";

const bytesPerMegabyte = 1024 * 1024;
const lastWaitMs = 1000;
/** Descriptor on which a worker process finds the way to the log. */
const workerLogFd = 3;

/** Where the logs of the server go, and which. */
export interface ServerLogOptions extends LogFileOptions {
  readonly gst: GstOptions;
}

/** The one place where the lines of all processes of the server end. */
export class ServerLog implements WorkerOutput {
  readonly #queue: LogQueue;
  readonly #errors: ErrorsLog | undefined;
  readonly #gst: GstOptions;
  readonly #isColored: boolean;
  #native: NativeLog | undefined;
  readonly #streams = new Set<Promise<void>>();
  readonly #flushNow = (): void => this.#queue.flushNow();
  readonly logger: Logger;

  private constructor(target: LogTarget, gst: GstOptions, errors: ErrorsLog | undefined) {
    const isTerminal = target === stderrTarget && process.stderr.isTTY === true;
    this.#errors = errors;
    this.#gst = gst;
    this.#isColored = gst.color === "auto" ? isTerminal : gst.color === "on";
    this.#queue = new LogQueue(target, {
      onFailure: (error) => void process.stderr.write(`logs cannot be written: ${text(error)}\n`),
      onLoss: (lines) => this.logger.warning("log lines lost", { lines }),
    });
    this.logger = new CategoryLogger("KurentoMediaServer", {
      filter: new DebugFilter(gst.list),
      isColored: this.#isColored,
      write: (line) => this.#queue.push(Buffer.from(line)),
    });
    process.once("exit", this.#flushNow);
  }

  /** Opens the files, or standard error; files that cannot be made are a warning there. */
  static open(options: ServerLogOptions): ServerLog {
    const { path, gst } = options;
    if (path === undefined) return new ServerLog(stderrTarget, gst, undefined);
    try {
      const target = openFiles(path, options);
      return new ServerLog(target, gst, new ErrorsLog(path, new Date()));
    } catch (error) {
      const log = new ServerLog(stderrTarget, gst, undefined);
      log.logger.warning(`Cannot set logs storage path to ${path}`, { error: text(error) });
      return log;
    }
  }

  /** File that standard error of the workers goes to; `undefined` = where that of this process goes. */
  get errorsPath(): string | undefined {
    return this.#errors?.path;
  }

  /** Standard error of a worker process. */
  get stderr(): number {
    return this.#errors?.fd ?? process.stderr.fd;
  }

  /** What the environment of a worker process says about its log. */
  get env(): WorkerOutput["env"] {
    const noColor = this.#isColored ? undefined : "1";
    return {
      GST_DEBUG: this.#gst.list,
      GST_DEBUG_NO_COLOR: noColor,
      KMS_LOG_FD: String(workerLogFd),
    };
  }

  /**
   * Takes the lines of native code in this process, and has its crashes recorded as those of a worker process are.
   * @param open that of `@kms/core/native`; no native host may have been opened before
   */
  attachNative(open: (options: NativeLogOptions) => NativeLog): void {
    if (this.#native !== undefined) return; // the process has one
    process.env["GST_DEBUG"] = this.#gst.list;
    if (this.errorsPath !== undefined) process.env["KMS_ERRORS_LOG"] = this.errorsPath;
    this.#native = open({ isColored: this.#isColored });
    if (this.#native.readFd !== undefined) this.attach(new Socket({ fd: this.#native.readFd }));
  }

  /** Takes the finished lines of a worker until its stream ends. */
  attach(stream: Readable): void {
    const taken = takeLines(stream, this.#queue)
      .catch((error: unknown) =>
        this.logger.warning("log stream of a worker broke off", { error: text(error) }),
      )
      .finally(() => this.#streams.delete(taken));
    this.#streams.add(taken);
  }

  /** Writes everything that waits, also what ended workers have sent. */
  async close(): Promise<void> {
    this.#native?.close(lastWaitMs);
    await Promise.all(this.#streams);
    await this.#queue.close();
    this.#errors?.close();
    process.off("exit", this.#flushNow);
  }
}

function openFiles(folder: string, options: ServerLogOptions): RotatingFiles {
  return new RotatingFiles({
    folder,
    maxFileBytes: options.fileSizeMb * bytesPerMegabyte,
    fileCount: options.fileCount,
    pid: process.pid,
    now: () => Date.now(),
  });
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
