import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Json, JsonObject } from "./json.js";

/** Names the case that follows. */
export interface NoteLine {
  readonly note: string;
}

/** A connection that is opened at another path than the usual one. */
export interface OpenLine {
  readonly open: number;
  readonly path: string;
}

/** Long texts that requests name by `<text1>` and so on. */
export interface TextsLine {
  readonly texts: Readonly<Record<string, string>>;
}

/** A request. `n` numbers the exchanges of a transcript; 0 is preparation that does not count. */
export interface SendLine {
  readonly n: number;
  readonly on: number;
  /** A JSON-RPC request, or `raw`: any text, or `binary`: a text in a binary frame. */
  readonly send?: JsonObject;
  readonly raw?: string;
  readonly binary?: string;
  /** The response, where it came before anything else was sent; without what it repeats of the request. */
  readonly expect?: Json;
}

/** The response to an earlier request. */
export interface ExpectLine {
  readonly n: number;
  readonly expect: Json;
}

/** An event: all of it where it is certain to come (`event`), else its members and their types (`shape`). */
export interface EventLine {
  readonly on: number;
  readonly event?: JsonObject;
  readonly shape?: JsonObject;
}

/** The recording paused here, in ms, for things to happen. */
export interface WaitLine {
  readonly wait: number;
}

/** The client closes a connection, or drops it without a word. */
export interface CloseLine {
  readonly close?: number;
  readonly drop?: number;
}

/** The server closes a connection. */
export interface ClosedLine {
  readonly closed: number;
  readonly code: number;
}

export type Line =
  | NoteLine
  | TextsLine
  | OpenLine
  | SendLine
  | ExpectLine
  | EventLine
  | WaitLine
  | CloseLine
  | ClosedLine;

/** A recorded conversation with Kurento, in normal form. */
export interface Transcript {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** All transcripts, by name. */
export function readTranscripts(): readonly Transcript[] {
  const folder = fileURLToPath(new URL("transcripts", import.meta.url));
  const files = readdirSync(folder).sort();
  return files.map((file) => ({
    name: basename(file, ".jsonl"),
    lines: readLines(readFileSync(join(folder, file), "utf8")),
  }));
}

function readLines(text: string): readonly Line[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}
