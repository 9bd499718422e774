import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { silentLogger } from "@kms/core";
import type { Logger } from "@kms/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { parseCommandLine, usage } from "./command-line.js";
import { loadConfigFiles, mergeTrees } from "./config-files.js";
import { readSettings } from "./settings.js";
import type { Settings } from "./settings.js";

let folder: string;
let warnings: string[];
let log: Logger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-config-"));
  warnings = [];
  log = { ...silentLogger, warning: (message) => void warnings.push(message) };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

describe("command line", () => {
  it("reads Kurento's options in all their spellings", () => {
    const expected = {
      confFile: "a.json",
      modulesPath: ["x", "y"],
      modulesConfigPath: ["c"],
      workers: 0,
    };
    expect(
      parseCommandLine(["-f", "a.json", "-p", "x:y", "-c", "c", "--workers", "0"], {}),
    ).toMatchObject(expected);
    expect(
      parseCommandLine(
        ["--conf-file=a.json", "-px:y", "--modules-config-path=c", "--workers=0"],
        {},
      ),
    ).toMatchObject(expected);
  });

  it("takes what is not given from the environment", () => {
    const env = { KURENTO_CONF_FILE: "env.json", KURENTO_MODULES_PATH: "m" };
    expect(parseCommandLine(["-f", "a.json"], env)).toMatchObject({
      confFile: "a.json",
      modulesPath: ["m"],
    });
  });

  it("leaves options it does not know to others", () => {
    const args = ["--gst-debug=3", "--gst-debug-no-color", "-x", "stray", "--version"];
    expect(parseCommandLine(args, {})).toMatchObject({
      version: true,
      help: false,
      confFile: undefined,
    });
  });

  it.each([
    [["-f"], "the required argument for option '--conf-file' is missing"],
    [["--workers", "many"], "the argument ('many') for option '--workers' is invalid"],
    [["--workers=-1"], "the argument ('-1') for option '--workers' is invalid"],
  ])("refuses %j", (args, message) => {
    expect(() => parseCommandLine(args, {})).toThrow(message);
  });

  it("explains itself", () => {
    expect(usage("kms")).toMatch(/-f, --conf-file <file>/);
  });
});

describe("configuration files", () => {
  it("are merged: the main one, then modules by folder and name", async () => {
    const confFile = await write(
      "kurento.conf.json",
      '{"//": "comment", "a": {"list": [1, 2], "x": 1}, "modules": {"kurento": {"SdpEndpoint": {"numAudioMedias": 1}}}}',
    );
    await write(
      "modules/kurento/WebRtcEndpoint.conf.ini",
      "; comment\nstunServerAddress=1.2.3.4\nempty=\n",
    );
    await write("modules/kurento/SdpEndpoint.conf.json", '{"numAudioMedias": 2}');
    await write("modules/kurento/notes.txt", "ignored");
    const tree = loadConfigFiles({ confFile, modulesConfigPath: undefined }, log);
    const configPath = join(folder, "modules/kurento");
    expect(tree).toEqual({
      a: { list: [1, 2], x: 1 },
      configPath: folder,
      modules: {
        kurento: {
          SdpEndpoint: { numAudioMedias: 2, configPath },
          WebRtcEndpoint: { stunServerAddress: "1.2.3.4", empty: "", configPath },
        },
      },
    });
    expect(warnings).toEqual([]);
  });

  it("that are broken stop the server only when it is the main one", async () => {
    const confFile = await write("kurento.conf.json", "{}");
    await write("modules/kurento/A.conf.json", "{");
    await write("modules/kurento/B.conf.ini", "no pair");
    expect(loadConfigFiles({ confFile, modulesConfigPath: undefined }, log)).toEqual({
      configPath: folder,
    });
    expect(warnings).toEqual(["module configuration skipped", "module configuration skipped"]);
    const broken = await write("broken.conf.json", "[]");
    for (const file of [broken, join(folder, "missing.json")]) {
      expect(() => loadConfigFiles({ confFile: file, modulesConfigPath: [] }, log)).toThrow(file);
    }
  });

  it("merge with lists replaced as a whole", () => {
    expect(
      mergeTrees({ a: [1, 2], b: { c: 1, d: 2 } }, { a: [3], b: { c: "x" }, e: null }),
    ).toEqual({ a: [3], b: { c: "x", d: 2 }, e: null });
  });
});

describe("settings", () => {
  const read = (tree: Parameters<typeof readSettings>[0], env = {}, workers?: number): Settings =>
    readSettings(tree, env, { workers, log });

  it("have defaults", () => {
    expect(read({})).toMatchObject({
      websocket: { port: 8888, path: "kurento", ipv6: true, backlog: 128, secure: undefined },
      resources: {
        exceptionLimit: 0.8,
        garbageCollectorPeriodMs: 240_000,
        disableRequestCache: false,
      },
      workers: { minPort: 40_000, maxPort: 49_999, networkInterfaces: [] },
      metadata: "",
    });
    expect(read({}).workers.count).toBeGreaterThanOrEqual(1);
  });

  it("read what INI files and the Docker image's environment give", () => {
    const env = {
      KMS_MIN_PORT: "50000",
      KMS_MAX_PORT: "50100",
      KMS_NETWORK_INTERFACES: "lo, eth0",
      KMS_MTU: "",
    };
    const settings = read(
      { mediaServer: { net: { websocket: { port: "9000", path: "/media" } } }, metadata: { a: 1 } },
      env,
      3,
    );
    expect(settings.websocket).toMatchObject({ port: 9000, path: "media" });
    expect(settings.workers).toMatchObject({
      count: 3,
      minPort: 50_000,
      maxPort: 50_100,
      networkInterfaces: ["lo", "eth0"],
    });
    expect(settings.modules).toEqual({
      kurento: {
        BaseRtpEndpoint: { minPort: "50000", maxPort: "50100" },
        WebRtcEndpoint: { networkInterfaces: "lo, eth0" },
      },
    });
    expect(settings.metadata).toBe('{"a":1}');
  });

  it("that do not fit are logged and count as absent", () => {
    const resources = {
      exceptionLimit: 7,
      garbageCollectorPeriod: "soon",
      disableRequestCache: "maybe",
    };
    expect(read({ mediaServer: { resources } }).resources).toMatchObject({
      exceptionLimit: 0.8,
      garbageCollectorPeriodMs: 240_000,
      disableRequestCache: false,
    });
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain("mediaServer.resources.exceptionLimit");
  });

  it("without which nothing can run are refused", () => {
    expect(() => read({ mediaServer: { net: { websocket: {} } } })).toThrow(
      "'mediaServer.net.websocket.port'",
    );
    expect(() => read({ mediaServer: { net: { websocket: { secure: { port: 8433 } } } } })).toThrow(
      "certificate",
    );
    expect(() => read({}, { KMS_MIN_PORT: "500", KMS_MAX_PORT: "400" })).toThrow("above maxPort");
  });
});
