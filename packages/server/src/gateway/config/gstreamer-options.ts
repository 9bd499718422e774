import type { Environment } from "./environment.js";

type Settings = Record<string, string>;
type Apply = (value: string, env: Environment) => Settings;

const joined =
  (name: string, separator: string): Apply =>
  (value, env) => ({ [name]: env[name] ? `${env[name]}${separator}${value}` : value });
const fixed =
  (name: string, value: string): Apply =>
  () => ({ [name]: value });

const withValue: Readonly<Record<string, Apply>> = {
  "gst-plugin-path": joined("GST_PLUGIN_PATH", ":"),
};

const switches: Readonly<Record<string, Apply>> = {
  "gst-disable-registry-update": fixed("GST_REGISTRY_UPDATE", "no"),
  "gst-disable-registry-fork": fixed("GST_REGISTRY_FORK", "no"),
  "gst-fatal-warnings": joined("G_DEBUG", ","),
};

/**
 * GStreamer's own options as the environment variables that mean the same, for the workers, in which GStreamer runs;
 * those about its log, `--gst-debug...`, are read in `logging/gst-options.ts`.
 * @param args the whole command line; other options are none of its business
 */
export function gstreamerEnvironment(args: readonly string[], env: Environment): Settings {
  let settings: Settings = {};
  for (const [index, arg] of args.entries()) {
    const [, name = "", attached] = /^--(gst-[^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const now = { ...env, ...settings };
    const value = attached ?? args[index + 1];
    if (Object.hasOwn(withValue, name) && value !== undefined)
      settings = { ...settings, ...withValue[name]?.(value, now) };
    else if (Object.hasOwn(switches, name))
      settings = { ...settings, ...switches[name]?.("fatal-warnings", now) };
  }
  return settings;
}
