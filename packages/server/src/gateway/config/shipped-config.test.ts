import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { silentLogger } from "@kms/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { loadConfig } from "./load-config.js";

const packages = fileURLToPath(new URL("../../../..", import.meta.url));
const moduleFolders = ["core", "elements"].map((name) =>
  join(packages, name, "config/modules/kurento"),
);

let folder: string;
let warnings: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kms-shipped-"));
  warnings = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Puts the files where a package installs them. @param change what is made of each text */
async function install(change: (text: string) => string): Promise<string> {
  const modules = join(folder, "modules/kurento");
  await mkdir(modules, { recursive: true });
  for (const from of moduleFolders)
    for (const name of await readdir(from))
      await writeFile(join(modules, name), change(await readFile(join(from, name), "utf8")));
  const main = join(folder, "kurento.conf.json");
  await writeFile(
    main,
    change(await readFile(join(packages, "server/config/kurento.conf.json"), "utf8")),
  );
  return main;
}

const load = (confFile: string): ReturnType<typeof loadConfig> =>
  loadConfig(
    { confFile, modulesConfigPath: undefined },
    {},
    { ...silentLogger, warning: (message) => void warnings.push(message) },
  );

describe("the configuration files of the packages", () => {
  it("set only the port as they are", async () => {
    const config = load(await install((text) => text));
    expect(warnings).toEqual([]);
    expect(config.mediaServer?.net?.websocket).toMatchObject({ port: 8888 });
    expect(config.mediaServer?.workers).toBeUndefined();
  });

  it("have examples that are known settings with values that fit", async () => {
    const config = load(
      await install((text) => text.replaceAll('"//', '"').replace(/^;(?=[\w-]+=)/gm, "")),
    );
    expect(warnings).toEqual([]);
    const kurento = config.modules?.kurento;
    expect(kurento?.WebRtcEndpoint).toMatchObject({ iceTcp: 1, stunServerPort: 3478 });
    expect(kurento?.MediaElement).toMatchObject({ encoderBitrate: 300_000 });
    expect(config.mediaServer?.workers).toMatchObject({ count: 4, ioThreads: 2 });
  });
});
