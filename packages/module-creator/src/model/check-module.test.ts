import { describe, expect, it } from "vitest";
import { CORE, STOCK, problems, problemsOf, stock, type Json } from "../../test/model-support.js";
import { loadModel } from "./load.js";

const at = (path: string, problem: string): string => `mine.kmd.json: $.${path}: ${problem}`;
const property = (name: string, type = "int"): Json => ({ name, type });
const register = (name: string, properties: readonly Json[] = [], more: Json = {}): Json => ({
  ...{ name, typeFormat: "REGISTER", properties },
  ...more,
});

describe("names of declarations", () => {
  it.each(["class", "delete", "int", "String", "namespace", "void", "Promise", "constructor"])(
    "cannot be %s for a class",
    (name) => {
      expect(problems({ remoteClasses: [{ name }] })).toEqual([
        at(
          "remoteClasses[0].name",
          `'${name}' cannot be the name of a type, expected no word of KMD, TypeScript, Java or C++`,
        ),
      ]);
    },
  );

  it.each(["../A", "_A", "A B", "", "A*/", "__proto__", "Ä"])("cannot be %j", (name) => {
    const fault = `'${name}' cannot be a name, expected letters, digits and _, with a letter first`;
    expect(problems({ remoteClasses: [{ name }], events: [{ name }] })).toEqual([
      at("remoteClasses[0].name", fault),
      at("events[0].name", fault),
    ]);
  });

  it("may be that of an event and of a type", () => {
    expect(problems({ complexTypes: [register("Gone")], events: [{ name: "Gone" }] })).toEqual([]);
  });

  it("differ in more than case and underscores, as files do", () => {
    const content = { remoteClasses: [{ name: "WebRtc" }], complexTypes: [register("Web_RTC")] };
    expect(problems(content)).toEqual([
      at(
        "complexTypes[0]",
        "the type 'Web_RTC' differs from 'WebRtc' only in case or _, expected each name once in a module (see mine.kmd.json:6)",
      ),
    ]);
  });

  it.each<[string, Json, string]>([
    [
      "GoneEvent",
      { complexTypes: [register("GoneEvent")], events: [{ name: "Gone" }] },
      "events[0].name: generated code would have 'GoneEvent' for the type 'GoneEvent' and for the event 'Gone'",
    ],
    [
      "ABase",
      { remoteClasses: [{ name: "A" }, { name: "ABase" }] },
      "remoteClasses[1].name: generated code would have 'ABase' for the type 'A' and for the type 'ABase'",
    ],
    [
      "mineModule",
      { complexTypes: [register("mineModule")] },
      "complexTypes[0].name: generated code would have 'mineModule' for module mine and for the type 'mineModule'",
    ],
  ])("keep apart what is generated: %s", (_, content, fault) => {
    expect(problems(content)).toEqual([
      `mine.kmd.json: $.${fault}, expected a name that keeps them apart`,
    ]);
  });

  it("are shared by the stock modules", () => {
    const elements = stock("elements", {
      remoteClasses: [{ name: "Thing" }],
      events: [{ name: "Base" }, { name: "Other" }],
    });
    expect(problemsOf(() => loadModel([elements], [CORE]))).toEqual(
      ["remoteClasses[0].name: the type 'Thing' is", "events[0].name: the event 'Base' is"].map(
        (fault) =>
          `elements.kmd.json: $.${fault} also declared in module 'core', expected each name once in core, elements and filters`,
      ),
    );
    expect(problems({ remoteClasses: [{ name: "Thing" }] }, STOCK)).toEqual([]);
  });
});

describe("fields", () => {
  it.each(["complexTypes", "events"])("of %s are not inherited ones again", (list) => {
    const content = {
      [list]: [register("A", [property("x")]), register("B", [property("X")], { extends: "A" })],
    };
    expect(problems(content)).toEqual([
      at(
        `${list}[1].properties[0]`,
        "the field 'X' is also inherited from 'A', expected a name that no ancestor has",
      ),
    ]);
  });

  it("differ in more than the case of the first letter", () => {
    expect(
      problems({ events: [{ name: "E", properties: [property("x"), property("X")] }] }),
    ).toEqual([
      at(
        "events[0].properties[1]",
        "the field 'X' differs from 'x' only in the case of its first letter, expected names that differ in more",
      ),
    ]);
  });
});

describe("operations that an ancestor has", () => {
  const method = (params: readonly Json[], type?: string): Json => ({
    ...{ name: "m", params },
    ...(type !== undefined && { return: { type } }),
  });
  const withMethods = (own: Json, inherited: Json): Json => ({
    remoteClasses: [
      { name: "A", methods: [inherited] },
      { name: "B", extends: "A", methods: [own] },
    ],
  });

  it.each([
    [method([]), method([])],
    [method([property("p", "Thing[]")], "int<>"), method([property("p", "Thing[]")], "int<>")],
  ])("may come again as they are: %j", (own, inherited) => {
    expect(problems(withMethods(own, inherited))).toEqual([]);
  });

  it.each([
    [method([property("p")]), method([]), "()"],
    [method([property("p", "String")]), method([property("p")]), "(p: int)"],
    [
      method([property("p")]),
      method([{ ...property("p"), optional: true }], "Thing"),
      "(p?: int): kurento.Thing",
    ],
  ])("cannot come again as something else: %j", (own, inherited, shape) => {
    expect(problems(withMethods(own, inherited))).toEqual([
      at(
        "remoteClasses[1].methods[0]",
        `the operation 'm' is inherited from 'A' as ${shape}, expected the same parameters and result, or another name`,
      ),
    ]);
  });
});

describe("names of parameters", () => {
  it("are identifiers", () => {
    const methods = [{ name: "m", params: [property("a b")] }];
    expect(problems({ remoteClasses: [{ name: "A", methods }] })).toEqual([
      at(
        "remoteClasses[0].methods[0].params[0].name",
        "'a b' cannot be a name, expected letters, digits and _, with a letter or _ first",
      ),
    ]);
  });
});

describe("events", () => {
  it("extend events", () => {
    expect(problems({ events: [{ name: "A", extends: "Thing" }] })).toEqual([
      at("events[0].extends", "'Thing' is a remote class, expected an event"),
    ]);
  });
});

describe("methods", () => {
  it.each(["toString", "hasOwnProperty", "__lookupGetter__"])("cannot be %s", (name) => {
    expect(problems({ remoteClasses: [{ name: "A", methods: [{ name }] }] })).toEqual([
      at(
        "remoteClasses[0].methods[0].name",
        `'${name}' cannot be the name of a method, expected a name that JavaScript objects do not have by themselves`,
      ),
    ]);
  });
});

describe("references to the other kind", () => {
  it("are told as such", () => {
    const content = {
      remoteClasses: [{ name: "A", events: ["Thing"], properties: [property("p", "Base")] }],
    };
    expect(problems(content)).toEqual([
      at(
        "remoteClasses[0].properties[0].type",
        "'Base' is an event, expected a primitive or a declared type",
      ),
      at("remoteClasses[0].events[0]", "'Thing' is a remote class, expected an event"),
    ]);
  });
});
