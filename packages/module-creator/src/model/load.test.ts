import { describe, expect, it } from "vitest";
import {
  CORE,
  HEAD,
  STOCK,
  file,
  load,
  messagesOf,
  problems,
  problemsOf,
  stock,
  type Json,
} from "../../test/model-support.js";
import { loadModel } from "./load.js";
import { ancestors } from "./types.js";

describe("fusing", () => {
  it("joins the files of a module", () => {
    const { module } = loadModel(
      [
        file("a", { remoteClasses: [{ name: "A", extends: "B" }] }),
        file("b", HEAD),
        file("c", { remoteClasses: [{ name: "B", extends: "Thing" }] }),
      ],
      STOCK,
    );
    expect(module.classes.map(({ name }) => name)).toEqual(["A", "B"]);
    expect(
      module.classes[0] && ancestors(module.classes[0]).map(({ qualifiedName }) => qualifiedName),
    ).toEqual(["mine.B", "kurento.Thing"]);
  });

  it.each([
    ["name", "x", "Name"],
    ["version", "1.0.0", "Version"],
    ["kurentoVersion", "1.0.0", "Kurento version"],
    ["imports", [], "Imports section"],
    ["code", {}, "Code section"],
    ["repository", "x", "Repository"],
  ])("takes %s from one file only", (key, value, label) => {
    const parts = [file("a", { [key]: value }), file("b", { ...HEAD, [key]: value })];
    expect(problemsOf(() => loadModel(parts, STOCK))).toEqual([
      `b.kmd.json: $.${key}: ${label} can only be set in one kmd file, expected it in one of the module's files (it is also set in a.kmd.json)`,
    ]);
  });

  it("keeps the dependency files of a folder together and others apart", () => {
    const parts = [
      { ...file("x/core", JSON.parse(CORE.text) as Json) },
      file("x/core.More", { remoteClasses: [{ name: "More" }] }),
      stock("y/elements", { name: "elements" }),
      stock("y/filters", { name: "filters" }),
      file("y/filters.Deep", { remoteClasses: [{ name: "Deep" }] }),
    ];
    const { dependencies } = load(
      {
        remoteClasses: [
          { name: "A", extends: "Deep" },
          { name: "B", extends: "More" },
        ],
      },
      parts,
    );
    expect(
      dependencies.map(({ name, classes }) => [name, classes.map((declared) => declared.name)]),
    ).toEqual([
      ["core", ["Thing", "More"]],
      ["elements", []],
      ["filters", ["Deep"]],
    ]);
  });

  it("rejects a dependency file of no module", () => {
    expect(problems({}, [...STOCK, file("z/part", { events: [] })])).toEqual([
      "z/part.kmd.json: $: no file in this folder gives the name of the module, expected a file with the key 'name' beside it",
    ]);
  });
});

describe("what is no fault of a KMD", () => {
  it("is thrown on", () => {
    expect(() => loadModel([], STOCK)).toThrow("a module has at least one file");
    const broken = {
      file: "b.kmd.json",
      get text(): string {
        throw new TypeError("broken");
      },
    };
    expect(() => loadModel([broken], STOCK)).toThrow(TypeError);
  });
});

describe("identity", () => {
  it("needs name, version and Kurento version", () => {
    expect(problemsOf(() => loadModel([file("a", {})], STOCK))).toEqual([
      "a.kmd.json: $: Name is mandatory, expected letters, digits, - and _, with a letter first, other than 'kurento'",
      "a.kmd.json: $: Version is mandatory, expected a version like 1.2.3 or 1.2.3-dev",
      'a.kmd.json: $: Kurento version is mandatory, expected a version expression like "^7.0.0"',
    ]);
  });

  it("rejects what would be a path or no version", () => {
    expect(problems({ name: "../x", version: "latest" })).toEqual([
      "mine.kmd.json: $.name: '../x' cannot be the name of a module, expected letters, digits, - and _, with a letter first, other than 'kurento'",
      "mine.kmd.json: $.version: 'latest' is no semantic version, expected a version like 1.2.3 or 1.2.3-dev",
    ]);
  });

  it("of a stock module takes its version as Kurento version", () => {
    const { module } = loadModel([stock("elements")], [CORE]);
    expect([module.kurentoVersion, module.wireModule]).toEqual(["7.3.0", "kurento"]);
  });
});

describe("imports", () => {
  const other = file("other", { name: "other", version: "1.5.0", kurentoVersion: "7.3.0" });

  it("are the explicit ones, then the automatic ones", () => {
    const content = {
      imports: [{ name: "other", version: "~1.0" }],
      kurentoMavenVersion: "[7.0,8.0)",
      kurentoNpmVersion: ">=7",
    };
    const { module } = load(content, [...STOCK, other]);
    expect(module.imports).toMatchObject([
      { name: "other", version: "~1.0" },
      { name: "core", version: "^7.0.0", mavenVersion: "[7.0,8.0)", npmVersion: ">=7" },
      { name: "elements" },
      { name: "filters" },
    ]);
  });

  it("named explicitly do not come again automatically", () => {
    const { module } = load({ imports: [{ name: "core", version: "^7.1.0", mavenVersion: "x" }] });
    expect(module.imports.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "core ^7.1.0",
      "elements ^7.0.0",
      "filters ^7.0.0",
    ]);
  });

  it("of stock modules are those before them", () => {
    const namesOf = (name: string): readonly string[] =>
      loadModel([stock(name)], STOCK).module.imports.map((imported) => imported.name);
    expect(["core", "elements", "filters"].map(namesOf)).toEqual([
      [],
      ["core"],
      ["core", "elements"],
    ]);
  });

  it("that are not there are named, with a hint", () => {
    expect(problems({ imports: [{ name: "othr", version: "1.0.0" }] }, [...STOCK, other])).toEqual([
      "mine.kmd.json: $.imports[0]: Import 'othr' not found in dependencies in any version, expected a module whose KMD files are given with -dr (did you mean 'other'?)",
    ]);
    expect(problems({}, [])).toContain(
      "mine.kmd.json: $.kurentoVersion: Import 'core' not found in dependencies in any version, expected a module whose KMD files are given with -dr",
    );
  });

  it("in another version are named with both", () => {
    expect(
      problems({ imports: [{ name: "other", version: ">2.0.0" }] }, [...STOCK, other]),
    ).toEqual([
      "mine.kmd.json: $.imports[0]: Import 'other' with version >2.0.0 not found in dependencies, found version: 1.5.0, expected an expression that the version fulfils",
    ]);
  });

  it("need a version with a meaning", () => {
    expect(
      problems({ imports: [{ name: "other", version: "newest" }] }, [...STOCK, other]),
    ).toEqual([
      "mine.kmd.json: $.imports[0]: 'newest' is no version expression, expected a version expression like '^7.0.0'",
    ]);
  });

  it("of a release are releases", () => {
    const dev = file("other", { name: "other", version: "1.5.0-dev", kurentoVersion: "7.3.0" });
    const content = { imports: [{ name: "other", version: "1.5.0-dev" }] };
    expect(problems(content, [...STOCK, dev])).toEqual([
      "mine.kmd.json: $.imports[0]: All dependencies of a release version must be also release versions: 'other' is 1.5.0-dev, expected a version without -dev",
    ]);
    expect(problems({ ...content, version: "1.0.0-dev" }, [...STOCK, dev])).toEqual([]);
  });

  it("form no cycle", () => {
    const back = file("other", {
      ...HEAD,
      name: "other",
      imports: [{ name: "mine", version: "1.0.0" }],
    });
    expect(problems({ imports: [{ name: "other", version: "1.0.0" }] }, [...STOCK, back])).toEqual([
      "mine.kmd.json: $.imports: Found a dependency cycle in plugin: mine -> other -> mine, expected imports without cycle",
    ]);
  });

  it("of a module that is not needed are not looked at", () => {
    const stray = file("stray", {
      ...HEAD,
      name: "stray",
      imports: [{ name: "gone", version: "1.0.0" }],
    });
    expect(problems({}, [...STOCK, stray])).toEqual([]);
  });

  it("leave out a dependency of the module's own name", () => {
    const old = file("old", { ...HEAD, version: "0.1.0", remoteClasses: [{ name: "Old" }] });
    expect(load({}, [...STOCK, old]).module.version).toBe("1.0.0");
  });
});

describe("the model", () => {
  it("is frozen all through", () => {
    const { module, dependencies } = load({
      remoteClasses: [{ name: "A", extends: "Thing", methods: [{ name: "m" }] }],
    });
    const [declared] = module.classes;
    expect(
      [
        module,
        dependencies,
        declared,
        declared?.methods,
        declared?.methods[0],
        declared?.parent,
      ].every(Object.isFrozen),
    ).toBe(true);
  });

  it("tells all faults, with line and column", () => {
    const text =
      '{\n  "name": "mine", "version": "1.0.0", "kurentoVersion": "^7.0.0",\n  "remoteClasses": [\n    {"name": "A", "extends": "X1"},\n    {"name": "B", "extends": "X2"}\n  ]\n}';
    expect(messagesOf(() => loadModel([{ file: "m.kmd.json", text }], STOCK))).toEqual([
      "m.kmd.json:4:30 $.remoteClasses[0].extends: The type 'X1' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type",
      "m.kmd.json:5:30 $.remoteClasses[1].extends: The type 'X2' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type",
    ]);
  });
});
