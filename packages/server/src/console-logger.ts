import process from "node:process";
import { inspect } from "node:util";

import type { LogFields, Logger } from "@kms/core";

const severities = ["error", "warning", "info", "debug"] as const;
type Severity = (typeof severities)[number];

/**
 * Lines on standard error, as Kurento writes them: time, process, severity, category, message.
 * @param level least important severity that is still written
 */
export function consoleLogger(
  category: string,
  level: Severity = severityOf(process.env["KMS_LOG_LEVEL"]),
): Logger {
  const limit = severities.indexOf(level);
  const writer =
    (severity: Severity) =>
    (message: string, fields?: LogFields): void => {
      if (severities.indexOf(severity) > limit) return;
      const time = new Date().toISOString().replace(/Z$/, "");
      process.stderr.write(
        `${time}  ${process.pid}  ${severity.padStart(7)}  ${category}  ${message}${text(fields)}\n`,
      );
    };
  return {
    error: writer("error"),
    warning: writer("warning"),
    info: writer("info"),
    debug: writer("debug"),
  };
}

function severityOf(name: string | undefined): Severity {
  return severities.find((severity) => severity === name) ?? "info";
}

function text(fields: LogFields | undefined): string {
  if (fields === undefined) return "";
  const options = { breakLength: Infinity, depth: 4 };
  return Object.entries(fields)
    .map(
      ([name, value]) => ` ${name}=${typeof value === "string" ? value : inspect(value, options)}`,
    )
    .join("");
}
