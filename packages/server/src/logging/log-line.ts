import process from "node:process";
import { inspect } from "node:util";

import type { LogFields, Severity } from "@kms/core";

import type { CallSite } from "./call-site.js";

/** What a line of the log says. */
export interface LogRecord {
  /** Milliseconds since 1970, with fractions. */
  readonly timeMs: number;
  readonly severity: Severity;
  readonly category: string;
  readonly site: CallSite;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

const maxMessageLength = 64 * 1024;
const severityWidth = 7;
const colors: Readonly<Record<Severity, number>> = {
  error: 31,
  warning: 33,
  fixme: 35,
  info: 32,
  debug: 36,
  log: 37,
  trace: 34,
};

// The kernel's id of the main thread is that of the process.
const threadId = `0x${process.pid.toString(16).padStart(16, "0")}`;

/**
 * A line in Kurento's format, with its line break: time, process, thread, severity, category, file:line, function, object,
 * message. A message is always one line: control characters are escaped, and it is cut at 64 Ki characters.
 */
export function formatLine(record: LogRecord, isColored: boolean): string {
  const { severity, category, site, message, fields } = record;
  const word = severity.padStart(severityWidth);
  const shown = isColored ? `\u001b[${colors[severity]}m${word}\u001b[0m` : word;
  const place = `${site.file}:${site.line}  ${site.functionName}()`;
  const text = oneLine(`${objectText(fields)}${message}${fieldsText(fields)}`);
  return `${timeText(record.timeMs)}  ${process.pid}  ${threadId}  ${shown}  ${category}  ${place}  ${text}\n`;
}

/** Local time as `2018-06-14T19:44:26,918243`. */
export function timeText(timeMs: number): string {
  const date = new Date(timeMs);
  const micros = Math.floor((timeMs - Math.floor(timeMs)) * 1000);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day}T${time},${pad(date.getMilliseconds(), 3)}${pad(micros, 3)}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function objectText(fields: LogFields | undefined): string {
  const object = fields?.["object"];
  return object === undefined ? "" : `<${String(object)}> `;
}

function fieldsText(fields: LogFields | undefined): string {
  if (fields === undefined) return "";
  return Object.entries(fields)
    .filter(([name]) => name !== "object")
    .map(([name, value]) => ` ${name}=${valueText(value)}`)
    .join("");
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, { breakLength: Infinity, depth: 4 });
}

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// Clients choose parts of what is logged: nobody may end a line, or send a terminal commands.
function oneLine(text: string): string {
  const cut =
    text.length <= maxMessageLength
      ? text
      : `${text.slice(0, maxMessageLength)}... (${text.length} characters)`;
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (char) => names[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
