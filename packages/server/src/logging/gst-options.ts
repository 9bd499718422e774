import { defaultDebugList, parseLevel } from "./debug-filter.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** What GStreamer's own options and variables ask of logging. */
export interface GstOptions {
  /** Levels by category, as in `GST_DEBUG`. */
  readonly list: string;
  /** Colours: always, never, or on a terminal. */
  readonly color: "on" | "off" | "auto";
}

type Change = (value: string) => Partial<GstOptions>;

const listOf: Change = (list) => ({ list });
const colorModes: Readonly<Record<string, GstOptions["color"]>> = {
  on: "on",
  unix: "on",
  off: "off",
  disable: "off",
};

/** Options with a value, as `--name=value` or `--name value`. */
const valued: ReadonlyMap<string, Change> = new Map<string, Change>([
  ["--gst-debug", listOf],
  [
    "--gst-debug-level",
    (text) => (parseLevel(text) === undefined ? {} : { list: `${parseLevel(text)}` }),
  ],
  ["--gst-debug-color-mode", (mode) => ({ color: colorModes[mode] ?? "auto" })],
]);

const switches: ReadonlyMap<string, Partial<GstOptions>> = new Map([
  ["--gst-debug-no-color", { color: "off" as const }],
  ["--gst-debug-disable", { list: "0" }],
]);

/**
 * Reads GStreamer's options, which are unknown to the server itself. As in GStreamer, the options add to `GST_DEBUG`.
 * @param args what follows the program
 */
export function readGstOptions(args: readonly string[], env: Environment): GstOptions {
  const lists = env["GST_DEBUG"] ? [env["GST_DEBUG"]] : [];
  let color: GstOptions["color"] = noColor(env) ? "off" : envColor(env);
  for (const change of changes(args)) {
    if (change.list !== undefined) lists.push(change.list);
    color = change.color ?? color;
  }
  return { list: lists.length === 0 ? defaultDebugList : lists.join(","), color };
}

function noColor(env: Environment): boolean {
  return env["GST_DEBUG_NO_COLOR"] !== undefined;
}

function envColor(env: Environment): GstOptions["color"] {
  return colorModes[env["GST_DEBUG_COLOR_MODE"] ?? ""] ?? "auto";
}

function changes(args: readonly string[]): Partial<GstOptions>[] {
  return args.flatMap((arg, index) => {
    const [name = "", ...rest] = arg.split("=");
    const change = valued.get(name);
    if (change === undefined) return switches.get(arg) ?? [];
    const value = rest.length > 0 ? rest.join("=") : args[index + 1];
    return value === undefined ? [] : change(value);
  });
}
