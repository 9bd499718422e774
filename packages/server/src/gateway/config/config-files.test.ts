import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { silentLogger } from "@kms/core";
import type { Logger } from "@kms/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { loadConfigFiles } from "./config-files.js";
import { schemaAt } from "./config-schema.js";
import { loadConfig } from "./load-config.js";
import { mergeTrees } from "./trees.js";

let folder: string;
let warnings: string[];
let infos: string[];
let log: Logger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-config-"));
  warnings = [];
  infos = [];
  log = {
    ...silentLogger,
    info: (message) => void infos.push(message),
    warning: (message) => void warnings.push(message),
  };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const load = (confFile: string): ReturnType<typeof loadConfigFiles> =>
  loadConfigFiles({ confFile, modulesConfigPath: undefined }, log);

describe("configuration files", () => {
  it("are merged: the main one, then modules by folder and name, in all formats", async () => {
    const confFile = await write(
      "kurento.conf.json",
      '{"//": "comment", "metadata": {"list": [1, 2], "x": 1}, "modules": {"kurento": {"SdpEndpoint": {"numAudioMedias": 1}}}}',
    );
    await write("modules/kurento/WebRtcEndpoint.conf.ini", "; comment\niceTcp=0\nturnURL=\n");
    await write("modules/kurento/SdpEndpoint.conf.json", '{"numAudioMedias": 2}');
    await write("modules/kurento/BaseRtpEndpoint.conf.info", "mtu 1300");
    await write("modules/kurento/RecorderEndpoint.conf.xml", "<gapsFix>GENPTS</gapsFix>");
    await write("modules/other/deep/Filter.conf.info", "anything { goes here }");
    await write("modules/kurento/notes.txt", "ignored");
    await write("modules/kurento/Composite.conf.yaml", "ignored: true");
    const configPath = join(folder, "modules/kurento");
    expect(load(confFile)).toEqual({
      metadata: { list: [1, 2], x: 1 },
      configPath: folder,
      modules: {
        kurento: {
          SdpEndpoint: { numAudioMedias: 2, configPath },
          WebRtcEndpoint: { iceTcp: 0, turnURL: "", configPath },
          BaseRtpEndpoint: { mtu: 1300, configPath },
          RecorderEndpoint: { gapsFix: "GENPTS", configPath },
        },
        other: {
          deep: {
            Filter: { anything: { goes: "here" }, configPath: join(folder, "modules/other/deep") },
          },
        },
      },
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    ["kurento.conf.json", '{"mediaServer": {"net": {"websocket": {"port": 1, "ipv6": false}}}}'],
    ["kurento.conf.ini", "[mediaServer.net.websocket]\nport=1\nipv6=false\n"],
    ["kurento.conf.info", "mediaServer { net { websocket {\nport 1\nipv6 false\n} } }"],
    [
      "kurento.conf.xml",
      "<mediaServer><net><websocket><port>1</port><ipv6>false</ipv6></websocket></net></mediaServer>",
    ],
  ])("of the main kind may be %s", async (name, text) => {
    expect(load(await write(name, text))).toEqual({
      configPath: folder,
      mediaServer: { net: { websocket: { port: 1, ipv6: false } } },
    });
  });

  it("give lists in every format that can nest", async () => {
    const confFile = await write("kurento.conf.json", "{}");
    const expected = { audioCodecs: [{ name: "opus/48000/2" }, { name: "PCMU/8000" }] };
    const texts: [string, string][] = [
      ["json", JSON.stringify(expected)],
      ["info", 'audioCodecs { "" { name opus/48000/2 }\n"" { name PCMU/8000 } }'],
      ["info", "audioCodecs { codec { name opus/48000/2 }\ncodec { name PCMU/8000 } }"],
      [
        "xml",
        "<audioCodecs><codec><name>opus/48000/2</name></codec><codec><name>PCMU/8000</name></codec></audioCodecs>",
      ],
    ];
    for (const [format, text] of texts) {
      const file = await write(`modules/kurento/SdpEndpoint.conf.${format}`, text);
      expect(load(confFile)).toMatchObject({ modules: { kurento: { SdpEndpoint: expected } } });
      await rm(file);
    }
    expect(warnings).toEqual([]);
  });

  it("may be symbolic links, as mounted ones are", async () => {
    const confFile = await write("kurento.conf.json", "{}");
    await mkdir(join(folder, "modules/kurento"), { recursive: true });
    const target = await write("..data/real", "mtu=1250");
    await symlink(target, join(folder, "modules/kurento/BaseRtpEndpoint.conf.ini"));
    expect(load(confFile)).toMatchObject({
      modules: { kurento: { BaseRtpEndpoint: { mtu: 1250 } } },
    });
  });

  it("that are broken stop the server only when it is the main one", async () => {
    const confFile = await write("kurento.conf.json", "{}");
    const files = await Promise.all([
      write("modules/kurento/A.conf.json", "{"),
      write("modules/kurento/B.conf.ini", "no pair"),
      write("modules/kurento/C.conf.xml", Buffer.from([0x3c, 0xff])),
      write("modules/kurento/D.conf.info", " ".repeat(1024 * 1024 + 1)),
    ]);
    expect(load(confFile)).toEqual({ configPath: folder });
    expect(warnings).toEqual([
      `${files[0]}:1:2 a name in quotes was expected; module configuration skipped`,
      `${files[1]}:1:1 'key=value' was expected; module configuration skipped`,
      `${files[2]}: is not UTF-8 text; module configuration skipped`,
      `${files[3]}: is larger than 1048576 bytes; module configuration skipped`,
    ]);
    const broken = await write("broken.conf.json", "[]");
    for (const file of [broken, join(folder, "missing.json"), folder])
      expect(() => load(file)).toThrow(file);
  });

  it("merge with lists replaced as a whole", () => {
    expect(
      mergeTrees({ a: [1, 2], b: { c: 1, d: 2 } }, { a: [3], b: { c: "x" }, e: null }),
    ).toEqual({ a: [3], b: { c: "x", d: 2 }, e: null });
  });
});

describe("the check of a file", () => {
  it("names unknown keys with the file, and what was probably meant", async () => {
    const websocket = { prot: 1, secure: { certificat: "x" }, colour: 1 };
    const confFile = await write(
      "kurento.conf.json",
      JSON.stringify({ mediaServer: { net: { websocket } }, MediaServer: {} }),
    );
    const upload = await write("modules/kurento/HttpEndpoint.conf.ini", "port=9091");
    const unknown = await write("modules/kurento/WebRtcEndpont.conf.ini", "");
    load(confFile);
    expect(warnings.sort()).toEqual(
      [
        `${confFile}: unknown key 'MediaServer', did you mean 'mediaServer'?`,
        `${confFile}: unknown key 'mediaServer.net.websocket.colour'`,
        `${confFile}: unknown key 'mediaServer.net.websocket.prot', did you mean 'port'?`,
        `${confFile}: unknown key 'mediaServer.net.websocket.secure.certificat', did you mean 'certificate'?`,
        `${upload}: unknown key 'modules.kurento.HttpEndpoint.port', did you mean 'serverPort'?`,
        `${unknown}: unknown key 'modules.kurento.WebRtcEndpont', did you mean 'WebRtcEndpoint'?`,
      ].sort(),
    );
  });

  it("names wrong values with the file and what was expected, and leaves them out", async () => {
    const resources = { exceptionLimit: 7, garbageCollectorPeriod: "soon", disableRequestCache: 1 };
    const confFile = await write(
      "kurento.conf.json",
      JSON.stringify({ mediaServer: { resources, workers: [] } }),
    );
    const module = await write(
      "modules/kurento/SdpEndpoint.conf.json",
      '{"numAudioMedias": -1, "audioCodecs": [{"name": "a"}, {}], "videoCodecs": []}',
    );
    const recorder = await write("modules/kurento/RecorderEndpoint.conf.ini", "gapsFix=FILL");
    const at = "mediaServer.resources";
    expect(load(confFile)).toMatchObject({
      mediaServer: { resources: {} },
      modules: { kurento: { SdpEndpoint: { videoCodecs: [] } } },
    });
    expect(warnings.sort()).toEqual(
      [
        `${confFile}: '${at}.disableRequestCache' should be true or false, but is 1; ignored`,
        `${confFile}: '${at}.exceptionLimit' should be a number above 0 and at most 1, but is 7; ignored`,
        `${confFile}: '${at}.garbageCollectorPeriod' should be an integer from 1 to 86400, but is "soon"; ignored`,
        `${confFile}: 'mediaServer.workers' should be an object, but is []; ignored`,
        `${module}: 'modules.kurento.SdpEndpoint.audioCodecs' should be a list, but is [{"name":"a"},{}]; ignored`,
        `${module}: 'modules.kurento.SdpEndpoint.numAudioMedias' should be an integer from 0 to 32, but is -1; ignored`,
        `${recorder}: 'modules.kurento.RecorderEndpoint.gapsFix' should be one of NONE, GENPTS, FILL_IF_TRANSCODING, but is "FILL"; ignored`,
      ].sort(),
    );
  });

  it.each([
    [{ address: ["::1"] }, "'mediaServer.net.websocket.address' should be a text"],
    [
      { token: { a: 1 } },
      "'mediaServer.net.websocket.token' should be a text, but is something else",
    ],
    [{ secure: { port: 99999 } }, "should be an integer from 0 to 65535, but is 99999"],
    [{ secure: 8433 }, "'mediaServer.net.websocket.secure' should be an object"],
  ])("does not ignore %j, which protects the server", async (websocket, message) => {
    const file = await write(
      "k.conf.json",
      JSON.stringify({ mediaServer: { net: { websocket } } }),
    );
    expect(() => load(file)).toThrow(message);
  });
});

describe("the configuration in effect", () => {
  it("has the environment over the files, and is logged without secrets", async () => {
    const websocket = { port: 1, token: "top-secret", secure: { password: "hidden" } };
    const confFile = await write(
      "kurento.conf.json",
      JSON.stringify({ mediaServer: { net: { websocket } } }),
    );
    await write("modules/kurento/BaseRtpEndpoint.conf.ini", "minPort=1\nmtu=1300");
    const env = { KMS_MIN_PORT: "50000", KMS_TURN_URL: "me:geheim@1.2.3.4:3478", KMS_MTU: "" };
    const config = loadConfig({ confFile, modulesConfigPath: undefined }, env, log);
    expect(config.modules?.kurento).toMatchObject({
      BaseRtpEndpoint: { minPort: 50_000, mtu: 1300 },
      WebRtcEndpoint: { turnURL: "me:geheim@1.2.3.4:3478" },
    });
    const [text = ""] = infos;
    expect(text).toMatch(/^Loaded config in effect: \{.*"minPort":50000/);
    expect(text).toContain("me:***@1.2.3.4:3478");
    expect(text).not.toMatch(/top-secret|hidden|geheim/);
  });

  it("checks the environment too: variables by name, STUN address and port only together", () => {
    const env = { KMS_MTU: "big", KMS_STUN_IP: "1.2.3.4", KMS_ICE_TCP: "0" };
    const config = loadConfig({ confFile: undefined, modulesConfigPath: [] }, env, log);
    expect(config.modules?.kurento).toEqual({ BaseRtpEndpoint: {}, WebRtcEndpoint: { iceTcp: 0 } });
    expect(warnings).toEqual([
      "KMS_MTU: 'modules.kurento.BaseRtpEndpoint.mtu' should be an integer from 1 to 65535, but is \"big\"; ignored",
      "KMS_STUN_IP: has no effect without KMS_STUN_PORT",
    ]);
  });
});

describe("the settings of Kurento", () => {
  const keys = {
    "": ["metadata"],
    "mediaServer.resources": [
      ..."exceptionLimit killLimit garbageCollectorPeriod disableRequestCache".split(" "),
    ],
    "mediaServer.net.websocket": "port address ipv6 path threads connqueue".split(" "),
    "mediaServer.net.websocket.secure": ["port", "certificate", "password"],
    "mediaServer.net.websocket.registrar": ["address", "localAddress"],
    "modules.kurento.MediaElement": ["encoderBitrate", "minEncoderBitrate", "maxEncoderBitrate"],
    "modules.kurento.SdpEndpoint": "numAudioMedias numVideoMedias audioCodecs videoCodecs".split(
      " ",
    ),
    "modules.kurento.BaseRtpEndpoint": ["minPort", "maxPort", "mtu"],
    "modules.kurento.UriEndpoint": ["defaultPath"],
    "modules.kurento.WebRtcEndpoint": [
      ..."networkInterfaces stunServerAddress stunServerPort turnURL iceTcp qos-dscp".split(" "),
      ..."pemCertificateRSA pemCertificateECDSA externalIPv4 externalIPv6 enable-h265".split(" "),
    ],
    "modules.kurento.PlayerEndpoint": ["rtspClientPortRange"],
    "modules.kurento.RecorderEndpoint": ["gapsFix"],
    "modules.kurento.HttpEndpoint": ["serverAddress", "announcedAddress", "serverPort"],
    "modules.kurento.Composite": ["width", "height", "framerate"],
  };

  it("are known, all 46", () => {
    const paths = Object.entries(keys).flatMap(([at, names]) =>
      names.map((name) => [...at.split(".").filter(Boolean), name]),
    );
    expect(paths).toHaveLength(46);
    for (const path of paths) expect([path, schemaAt(path)]).not.toEqual([path, undefined]);
    expect(schemaAt(["mediaServer", "other"])).toBeUndefined();
  });
});
