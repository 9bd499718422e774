import { describe, expect, it } from "vitest";

import { parseCommandLine, usage } from "./command-line.js";
import { gstreamerEnvironment } from "./gstreamer-options.js";

describe("command line", () => {
  it("reads Kurento's options in all their spellings", () => {
    const expected = {
      confFile: "a.json",
      modulesPath: ["x", "y"],
      modulesConfigPath: ["c"],
      logs: { path: "l", fileSizeMb: 5, fileCount: 2 },
      workers: 0,
    };
    const short = "-f a.json -p x:y -c c -d l -s 5 -n 2 --workers 0";
    expect(parseCommandLine(short.split(" "), {})).toMatchObject(expected);
    const long =
      "--conf-file=a.json -px:y --modules-config-path=c --logs-path=l --log-file-size=5 --number-log-files 2 --workers=0";
    expect(parseCommandLine(long.split(" "), {})).toMatchObject(expected);
  });

  it("has Kurento's defaults", () => {
    expect(parseCommandLine([], {})).toEqual({
      help: false,
      version: false,
      list: false,
      confFile: undefined,
      modulesConfigPath: undefined,
      modulesPath: [],
      logs: { path: undefined, fileSizeMb: 100, fileCount: 10 },
      workers: undefined,
    });
  });

  it("takes what is not given from the environment", () => {
    const env = {
      KURENTO_CONF_FILE: "env.json",
      KURENTO_MODULES_PATH: "m",
      KURENTO_MODULES_CONFIG_PATH: "c:d",
      KURENTO_LOGS_PATH: "l",
      KURENTO_LOG_FILE_SIZE: "7",
      KURENTO_NUMBER_LOG_FILES: "3",
    };
    expect(parseCommandLine(["-f", "a.json"], env)).toMatchObject({
      confFile: "a.json",
      modulesPath: ["m"],
      modulesConfigPath: ["c", "d"],
      logs: { path: "l", fileSizeMb: 7, fileCount: 3 },
    });
  });

  it("leaves options it does not know to others", () => {
    const args = ["--gst-debug=3", "--gst-debug-no-color", "-x", "stray", "--version"];
    expect(parseCommandLine(args, {})).toMatchObject({ version: true, confFile: undefined });
  });

  it.each([
    [["-f"], "the required argument for option '--conf-file' is missing"],
    [["--workers", "many"], "the argument ('many') for option '--workers' is invalid"],
    [["--workers=-1"], "the argument ('-1') for option '--workers' is invalid"],
    [["-s", "0"], "the argument ('0') for option '--log-file-size' is invalid"],
    [["-n", "1.5"], "the argument ('1.5') for option '--number-log-files' is invalid"],
  ])("refuses %j", (args, message) => {
    expect(() => parseCommandLine(args, {})).toThrow(message);
  });

  it("explains itself", () => {
    expect(usage("kms")).toMatch(/-f, --conf-file <file>/);
  });
});

describe("GStreamer's options", () => {
  it.each([
    [["--gst-plugin-path=/x"], { GST_PLUGIN_PATH: "/a" }, { GST_PLUGIN_PATH: "/a:/x" }],
    [["--gst-plugin-path", "/x", "--gst-plugin-path=/y"], {}, { GST_PLUGIN_PATH: "/x:/y" }],
    [["--gst-fatal-warnings"], {}, { G_DEBUG: "fatal-warnings" }],
    [["--gst-disable-registry-update"], {}, { GST_REGISTRY_UPDATE: "no" }],
    [["--gst-disable-registry-fork"], {}, { GST_REGISTRY_FORK: "no" }],
    [["-f", "x", "--gst-unknown=1", "--gst-debug=3", "--gst-plugin-path"], {}, {}],
  ])("%j with %j are %j", (args, env, expected) => {
    expect(gstreamerEnvironment(args, env)).toEqual(expected);
  });
});
