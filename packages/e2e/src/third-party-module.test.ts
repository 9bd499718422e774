import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient } from "./support/kurento.js";
import { ModuleYard } from "./support/module-yard.js";
import { Server } from "./support/server.js";
import { invertsThePicture } from "./support/third-party.js";

const PLUGIN = "build/RelWithDebInfo/gstreamer-1.0/libgstkmscolourturner.so";

/** Gives the copy of a module another name and another class name, as the gateway reads them. */
function renamed(
  name: string,
): Readonly<Record<string, (content: Record<string, unknown>) => void>> {
  return {
    "package.json": (content) => Object.assign(content["kms"] as object, { module: name }),
    "dist/generated/manifest.json": (content) => {
      const [first] = content["classes"] as object[];
      Object.assign(content, { name, classes: [{ ...first, name: `Class${name}` }] });
    },
  };
}

describe("a module made outside the workspace", () => {
  let yard: ModuleYard;
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    yard = await ModuleYard.open();
    folder = await yard.scaffold("ColourTurner", "gstreamer");
    await yard.build(folder);
    await yard.deploy(folder, "colourturner");
    await yard.deploy(folder, "samename");
    await yard.deploy(folder, "sameclass", {
      json: {
        "package.json": (content) => Object.assign(content["kms"] as object, { module: "other" }),
        "dist/generated/manifest.json": (content) => Object.assign(content, { name: "other" }),
      },
    });
    const rename = renamed("oldcore");
    await yard.deploy(folder, "oldcore", {
      json: {
        ...rename,
        "package.json": (content) => {
          rename["package.json"]?.(content);
          content["peerDependencies"] = { "@kms/core": "^6.0.0" };
        },
      },
    });
    await yard.deploy(folder, "noplugin", { json: renamed("noplugin"), files: { [PLUGIN]: "?" } });
    await yard.deploy(folder, "syntax", {
      json: renamed("syntax"),
      files: { "dist/module.js": "export const module = {" },
    });
    await yard.deploy(folder, "crash", {
      json: renamed("crash"),
      files: {
        "dist/module.js": 'process.kill(process.pid, "SIGSEGV"); await new Promise(() => {});',
      },
    });
    server = await Server.start({ args: ["--modules-path", yard.modules] });
  }, 300_000);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await yard[Symbol.asyncDispose]();
  });

  it("passes its own tests as it was made", async () => {
    const output = await yard.run(folder, "npm", "test");
    expect(output).toContain("100% tests passed");
    expect(output).toMatch(/Tests\s+3 passed \(3\)/);
  });

  it("is built with packages that work by themselves", async () => {
    const script = `
      const { openHost } = await import("@kms/core/native");
      const host = openHost({ ioThreads: [{ udpPort: 0 }], networkInterfaces: ["lo"], onEvent() {} });
      for (const name of ["elements", "filters"]) {
        const { module } = await import("@kms/" + name + "/module");
        module.native.forEach((path) => { host.loadModule(path); console.log(path); });
      }
      await host.close();`;
    const output = await yard.run(folder, process.execPath, "--input-type=module", "-e", script);
    const loaded = output.trim().split("\n");
    expect(loaded).toHaveLength(2);
    for (const path of loaded)
      expect(path.startsWith(join(folder, "node_modules/@kms"))).toBe(true);
  });

  it("is known to ServerManager", async () => {
    await using client = await connectClient(server.url);
    const manager = await client.getServerManager();
    const { modules } = (await manager.getInfo()) as { modules: { name: string }[] };
    expect(modules.map(({ name }) => name)).toEqual([
      "core",
      "elements",
      "filters",
      "colourturner",
    ]);
    expect(modules.at(-1)).toMatchObject({ version: "0.0.1-dev", factories: ["ColourTurner"] });
    const getKmd = manager["getKmd"] as (name: string) => Promise<string>;
    expect(JSON.parse(await getKmd.call(manager, "colourturner"))).toMatchObject({
      name: "colourturner",
      remoteClasses: [{ name: "ColourTurner", extends: "Filter" }],
    });
  });

  it("changes the picture of an unmodified client, who changes it while media flows", () =>
    invertsThePicture(server, "colourturner", "ColourTurner"));

  it("is skipped with the reason where it cannot be used, and the server starts", () => {
    const skipped = server.output.split("\n").filter((line) => line.includes("module skipped"));
    const reasons: readonly [string, RegExp][] = [
      ["samename", /a module 'colourturner' is loaded already/],
      ["sameclass", /module 'colourturner' has a class 'ColourTurner' already/],
      ["oldcore", /made for @kms\/core \^6\.0\.0, and this server has 7\.3\.0/],
      ["noplugin", /GStreamer plugin '.*libgstkmscolourturner\.so' cannot be loaded/],
      ["syntax", /Unexpected end of input/],
      ["crash", /loading it ends the process with SIGSEGV/],
    ];
    for (const [name, reason] of reasons)
      expect(skipped.filter((line) => line.includes(name) && reason.test(line))).toHaveLength(1);
    expect(skipped).toHaveLength(reasons.length);
  });
});
