import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "../../test/command-support.js";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write("core.kmd.json", {
    name: "core",
    version: "7.3.0",
    remoteClasses: [{ name: "Thing" }],
    events: [{ name: "Base" }],
  });
  sandbox.write("elements.kmd.json", {
    name: "elements",
    version: "7.3.0-dev",
    kurentoVersion: "^7.0.0",
    remoteClasses: [
      {
        name: "A",
        extends: "Thing",
        methods: [{ name: "m", doc: "Does.", params: [{ name: "p", type: "T" }] }],
        events: ["Base"],
      },
      { name: "B" },
    ],
    complexTypes: [
      { name: "T", typeFormat: "ENUM", values: ["x"] },
      { name: "R", typeFormat: "REGISTER" },
    ],
    events: [{ name: "E" }],
  });
});
afterEach(() => sandbox.remove());

const INPUT = ["-r", "@/elements.kmd.json", "-dr", "@/core.kmd.json"];

describe("-s", () => {
  it("prints values of the resolved model and nothing else", () => {
    const keys = ["code.implementation.lib", "version", "imports.0.name", "code.api.js"];
    expect(sandbox.run(...INPUT, "-s", ...keys, "-c", "@/out")).toEqual({
      code: 0,
      out: [
        "Value: code.implementation.lib = libkmselements",
        "Value: version = 7.3.0-dev",
        "Value: imports.0.name = core",
        'Value: code.api.js = {"nodeName":"kurento-module-elements","npmVersion":"7.3.0","npmDescription":""}',
      ],
      err: [],
    });
  });

  it.each(["none", "version.length", "imports.9.name", "__proto__", "name.constructor"])(
    "fails for %s, which has no value",
    (key) => {
      expect(sandbox.run(...INPUT, "-s", key)).toMatchObject({
        code: 1,
        err: ["Generation failed", "Errors:", `module 'elements' has no value '${key}'`],
      });
    },
  );
});

describe("-p", () => {
  it("prints names, dependencies and a digest", () => {
    const { code, out } = sandbox.run(...INPUT, "-p");
    expect([code, out.slice(0, -1)]).toEqual([
      0,
      [
        "RemoteClass:\tA",
        "RemoteClass:\tB",
        "Event:\tE",
        "ComplexType:\tR",
        "ComplexType:\tT",
        "Dep: core ^7.0.0",
      ],
    ]);
    expect(out.at(-1)).toMatch(/^Digest: [0-9a-f]{32}$/);
  });

  it("has another digest when the module changes, and only then", () => {
    const digest = (): string | undefined => sandbox.run(...INPUT, "-p").out.at(-1);
    const before = digest();
    sandbox.write("elements.kmd.json", `\n${sandbox.read("elements.kmd.json")}\n`);
    expect(digest()).toBe(before);
    sandbox.write("elements.kmd.json", sandbox.read("elements.kmd.json").replace('"E"', '"F"'));
    expect(digest()).not.toBe(before);
  });
});

describe("-o", () => {
  it("writes one KMD that takes the place of the files it was made from", () => {
    expect(sandbox.run(...INPUT, "-o", "@/model")).toEqual({
      code: 0,
      out: ["Generation success"],
      err: [],
    });
    const again = ["-r", "@/model/elements.kmd.json", "-dr", "@/core.kmd.json"];
    expect(sandbox.run(...again, "-o", "@/again").code).toBe(0);
    expect(sandbox.read("again/elements.kmd.json")).toBe(sandbox.read("model/elements.kmd.json"));
    expect(sandbox.run(...again, "-p").out).toEqual(sandbox.run(...INPUT, "-p").out);
  });

  it("writes plain JSON with settings and imports filled in", () => {
    sandbox.run(...INPUT, "-o", "@/model", "-c", "@/out", "-it", "client-ts");
    expect(JSON.parse(sandbox.read("model/elements.kmd.json"))).toMatchObject({
      name: "elements",
      imports: [{ name: "core", version: "^7.0.0", mavenVersion: "[7.0.0,8.0.0-SNAPSHOT)" }],
      code: { implementation: { lib: "libkmselements" } },
    });
    expect(sandbox.read("out/index.ts")).toContain("a.js");
  });
});
