/** Details of a log line, by name. `object` is the id of the object that the line is about, which has a place of its own. */
export type LogFields = Readonly<Record<string, unknown>>;

/** GStreamer's words for what a line is about, the most important first. */
export const severities = ["error", "warning", "fixme", "info", "debug", "log", "trace"] as const;

/** One of GStreamer's levels 1 (`error`) to 7 (`trace`). */
export type Severity = (typeof severities)[number];

/** Where messages for the operator go; never throws. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  log(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** Whether lines of that severity are written. To be asked on frequent paths, before a message is put together. */
  isOn(severity: Severity): boolean;
  /** The logger of another category (`KurentoServerMethods`, ...), to the same place. */
  category(name: string): Logger;
}

/** Drops everything. */
export const silentLogger: Logger = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  log: () => undefined,
  trace: () => undefined,
  isOn: () => false,
  // So that a copy with members of its own keeps them in every category.
  category() {
    return this;
  },
};
