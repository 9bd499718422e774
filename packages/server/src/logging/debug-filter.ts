import { severities } from "@kms/core";
import type { Severity } from "@kms/core";

/** What is logged when neither `GST_DEBUG` nor `--gst-debug` says anything: Kurento's recommendation. */
export const defaultDebugList =
  "2,Kurento*:4,kms*:4,sdp*:4,webrtc*:4,*rtpendpoint:4,rtp*handler:4,rtpsynchronizer:4,agnosticbin:4";

interface Rule {
  readonly pattern: RegExp;
  readonly level: number;
}

const levelNames: readonly string[] = ["NONE", ...severities.map((name) => name.toUpperCase())];
const memdump = 9;

/**
 * Which severities each category logs, by the rules of GStreamer's `GST_DEBUG`: a list, parted by commas, of `level` (for
 * all categories that no pattern names) and `pattern:level`. Patterns know `*` and `?`; of several that match, the last
 * counts. A level is 0 to 9 or its name; what cannot be read is left out, as GStreamer does.
 */
export class DebugFilter {
  readonly #rules: Rule[] = [];
  #defaultLevel = 0;

  /** @param list as in `GST_DEBUG`, such as `2,Kurento*:4` */
  constructor(list: string) {
    for (const entry of list.split(",")) this.#add(entry);
  }

  /** The highest level that a category logs: 0 (nothing) to 9. */
  levelOf(category: string): number {
    return this.#rules.find(({ pattern }) => pattern.test(category))?.level ?? this.#defaultLevel;
  }

  #add(entry: string): void {
    const colon = entry.indexOf(":");
    const level = parseLevel(entry.slice(colon + 1));
    if (level === undefined) return;
    if (colon === -1) this.#defaultLevel = level;
    else this.#rules.unshift({ pattern: globToRegExp(entry.slice(0, colon).trim()), level });
  }
}

/** GStreamer's number of each severity: 1 (`error`) to 7 (`trace`). */
export const levels: Readonly<Record<Severity, number>> = {
  error: 1,
  warning: 2,
  fixme: 3,
  info: 4,
  debug: 5,
  log: 6,
  trace: 7,
};

/** Reads a level by number or name; `undefined` when it is neither. */
export function parseLevel(text: string): number | undefined {
  const word = text.trim();
  if (/^\d$/.test(word)) return Number(word);
  if (word === "MEMDUMP") return memdump;
  const level = levelNames.indexOf(word);
  return level === -1 ? undefined : level;
}

function globToRegExp(glob: string): RegExp {
  const parts = [...glob].map((char) => {
    if (char === "*") return ".*";
    return char === "?" ? "." : char.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "su");
}
