import { performance } from "node:perf_hooks";

import type { LogFields, Logger, Severity } from "@kms/core";

import { callSiteOf } from "./call-site.js";
import { levels } from "./debug-filter.js";
import type { DebugFilter } from "./debug-filter.js";
import { formatLine } from "./log-line.js";

/** What all categories of a process share. */
export interface LogParts {
  readonly filter: DebugFilter;
  readonly isColored: boolean;
  /** Takes a line with its line break. */
  write(line: string): void;
}

type Method = (message: string, fields?: LogFields) => void;

const nothing: Method = () => undefined;

/** Writes the lines of one category that the filter lets pass. */
export class CategoryLogger implements Logger {
  readonly #parts: LogParts;
  readonly #category: string;
  readonly #level: number;
  readonly error: Method;
  readonly warning: Method;
  readonly info: Method;
  readonly debug: Method;
  readonly log: Method;
  readonly trace: Method;

  constructor(category: string, parts: LogParts) {
    this.#category = category;
    this.#parts = parts;
    this.#level = parts.filter.levelOf(category);
    this.error = this.#writer("error");
    this.warning = this.#writer("warning");
    this.info = this.#writer("info");
    this.debug = this.#writer("debug");
    this.log = this.#writer("log");
    this.trace = this.#writer("trace");
  }

  isOn(severity: Severity): boolean {
    return levels[severity] <= this.#level;
  }

  category(name: string): Logger {
    return name === this.#category ? this : new CategoryLogger(name, this.#parts);
  }

  #writer(severity: Severity): Method {
    if (!this.isOn(severity)) return nothing;
    const { isColored, write } = this.#parts;
    const category = this.#category;
    const writer: Method = (message, fields) => {
      const timeMs = performance.timeOrigin + performance.now();
      const site = callSiteOf(writer);
      write(formatLine({ timeMs, severity, category, site, message, fields }, isColored));
    };
    return writer;
  }
}
