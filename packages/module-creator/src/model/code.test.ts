import { describe, expect, it } from "vitest";
import { HEAD, STOCK, file, load, problems, type Json } from "../../test/model-support.js";
import { loadModel } from "./load.js";
import type { Module, ModuleCode } from "./types.js";

const codeOf = (content: Json): ModuleCode => load(content).module.code;

describe("settings of generators", () => {
  it("have defaults made from name and version", () => {
    expect(codeOf({ name: "Crowd-Detector", version: "1.0.0-dev" })).toEqual({
      api: {
        java: {
          packageName: "org.kurento.module.Crowd_Detector",
          mavenGroupId: "org.kurento.module",
          mavenArtifactId: "Crowd-Detector",
          mavenVersion: "1.0.0-SNAPSHOT",
        },
        js: { nodeName: "kurento-module-crowd-detector", npmVersion: "1.0.0", npmDescription: "" },
      },
      implementation: {
        cppNamespace: "kurento::module::Crowd_Detector",
        lib: "libkmscrowd-detector",
      },
    });
  });

  it("keep clear of the words of Java and C++", () => {
    const { api, implementation } = codeOf({ name: "class" });
    expect([api.java.packageName, implementation.cppNamespace]).toEqual([
      "org.kurento.module.class_",
      "kurento::module::class_",
    ]);
  });

  it("of a stock module are in the namespace of Kurento", () => {
    const { dependencies } = load({});
    expect(dependencies.map(({ code }) => code.implementation)).toEqual([
      { cppNamespace: "kurento", lib: "libkmscore" },
      { cppNamespace: "kurento", lib: "libkmselements" },
      { cppNamespace: "kurento", lib: "libkmsfilters" },
    ]);
  });

  it("that are given stay, those of other languages too", () => {
    const { api, implementation, kmd } = codeOf({
      version: "2.0.0-dev",
      code: {
        api: { java: { packageName: "a.b" }, js: { npmVersion: "9" }, go: { path: "x" } },
        implementation: { lib: "libmine" },
        kmd: { java: { mavenGroupId: "org.kurento" } },
      },
    });
    expect([api.java.packageName, api.js.npmVersion, api["go"]]).toEqual([
      "a.b",
      "9",
      { path: "x" },
    ]);
    expect([implementation.lib, implementation.cppNamespace]).toEqual([
      "libmine",
      "kurento::module::mine",
    ]);
    expect(kmd?.java).toEqual({
      mavenGroupId: "org.kurento",
      mavenArtifactId: "mine.kmd",
      mavenVersion: "2.0.0-SNAPSHOT",
    });
  });

  it.each([
    ["1.0.0-dev", { npmGit: "git://x" }, "git://x"],
    ["1.0.0-dev", {}, "1.0.0"],
    ["1.0.0", { npmGit: "git://x" }, "1.0.0"],
    ["1.0.0-dev", { npmGit: "git://x", npmVersion: "3.0.0" }, "3.0.0"],
  ])("give version %s with %j the npm version %s", (version, js, expected) => {
    expect(codeOf({ version, code: { api: { js } } }).api.js.npmVersion).toBe(expected);
  });

  it.each([
    ["api.java.packageName", { api: { java: { packageName: "../x" } } }, "../x"],
    ["api.java.packageName", { api: { java: { packageName: "a.int.b" } } }, "a.int.b"],
    ["api.java.mavenVersion", { api: { java: { mavenVersion: "1</version>" } } }, "1</version>"],
    ["api.js.nodeName", { api: { js: { nodeName: "../../etc" } } }, "../../etc"],
    ["implementation.cppNamespace", { implementation: { cppNamespace: "a;b" } }, "a;b"],
    ["implementation.lib", { implementation: { lib: "lib/../x" } }, "lib/../x"],
    ["kmd.java.mavenArtifactId", { kmd: { java: { mavenArtifactId: "" } } }, ""],
  ])("reject a %s that would break generated code", (path, code, value) => {
    expect(problems({ code })).toEqual([
      expect.stringContaining(
        `mine.kmd.json: $.code.${path}: '${value}' cannot be the ${path}, expected `,
      ),
    ]);
  });
});

describe("imports of other build systems", () => {
  const other = (version: string, npmGit?: string): ReturnType<typeof file> =>
    file("other", { ...HEAD, name: "other", version, code: { api: { js: { npmGit } } } });
  const imported = (version: string, more: Json, dependency = other("1.5.0")): unknown =>
    loadModel(
      [
        file("mine", {
          ...HEAD,
          version: "1.0.0-dev",
          imports: [{ name: "other", version, ...more }],
        }),
      ],
      [...STOCK, dependency],
    ).module.imports[0];

  it("are made from the version expression", () => {
    expect(imported("~1.0", {})).toEqual({
      name: "other",
      version: "~1.0",
      mavenVersion: "[1.0.0,2.0.0-SNAPSHOT)",
      npmVersion: ">=1.0.0 <2.0.0",
    });
  });

  it("are those that the KMD gives", () => {
    const given = { mavenVersion: "0.0.1-SNAPSHOT", npmVersion: "x" };
    expect(imported("!=2.0.0", given)).toMatchObject(given);
  });

  it("of a development version name its repository", () => {
    expect(imported("1.5.0-dev", {}, other("1.5.0-dev", "git://other"))).toMatchObject({
      mavenVersion: "1.5.0-SNAPSHOT",
      npmVersion: "git://other",
    });
  });

  it("cannot be made from each expression", () => {
    const fault =
      "mine.kmd.json: $.imports[0]: Version '!=2.0.0' in import not supported, expected a range without != and !, or 'mavenVersion' and 'npmVersion' beside it";
    const content = { imports: [{ name: "other", version: "!=2.0.0" }] };
    expect(problems(content, [...STOCK, other("1.5.0")])).toEqual([fault, fault]);
  });
});

describe("the definition", () => {
  const definitionOf = (content: Json): Module["definition"] => load(content).module.definition;

  it("has the keys of each thing in one order, and no others", () => {
    const content: Json = {
      repository: "somewhere",
      extra: 1,
      remoteClasses: [
        {
          events: ["E"],
          methods: [{ return: { doc: "d", type: "int" }, doc: "Does.", name: "m", more: 2 }],
          constructor: { params: [{ type: "int", name: "p", optional: true, defaultValue: 0 }] },
          abstract: false,
          properties: [
            {
              final: true,
              readOnly: false,
              type: "int",
              name: "x",
              defaultValue: 5,
              optional: false,
            },
          ],
          name: "A",
        },
        {
          name: "B",
          abstract: true,
          extends: "A",
          methods: [],
          properties: [],
          events: [],
        } as Json,
      ],
      complexTypes: [
        { typeFormat: "ENUM", values: ["v"], name: "T", doc: "t" },
        { typeFormat: "REGISTER", name: "R", properties: [{ name: "f", type: "String" }] },
      ],
      events: [{ name: "E" }],
    };
    const { remoteClasses, complexTypes, events, ...head } = definitionOf(content);
    expect(Object.keys(head)).toEqual([
      ...["name", "version", "kurentoVersion", "repository", "imports", "code"],
    ]);
    expect(JSON.stringify([remoteClasses, complexTypes, events])).toBe(
      JSON.stringify([
        [
          {
            name: "A",
            constructor: { params: [{ name: "p", type: "int", optional: true, defaultValue: 0 }] },
            properties: [{ name: "x", type: "int", final: true }],
            methods: [{ name: "m", doc: "Does.", params: [], return: { type: "int", doc: "d" } }],
            events: ["E"],
          },
          { name: "B", abstract: true, extends: "A" },
        ],
        [
          { name: "T", doc: "t", typeFormat: "ENUM", values: ["v"] },
          { name: "R", typeFormat: "REGISTER", properties: [{ name: "f", type: "String" }] },
        ],
        [{ name: "E", properties: [] }],
      ]),
    );
  });

  it("is a KMD that makes the same definition again", () => {
    const definition = definitionOf({
      remoteClasses: [{ name: "A", extends: "Thing", events: ["Base"] }],
    });
    const again = loadModel([file("again", definition)], STOCK).module.definition;
    expect(JSON.stringify(again)).toBe(JSON.stringify(definition));
  });
});
