import { describe, expect, it } from "vitest";
import type { KmdText } from "../kmd/read.js";
import { STOCK, file, load, problems, type Json } from "../../test/model-support.js";

describe("type references", () => {
  const moduleOf = (name: string): KmdText =>
    file(name, {
      name,
      version: "1.0.0",
      kurentoVersion: "7.3.0",
      remoteClasses: [{ name: "Same" }, { name: `In${name}` }],
    });
  const imports = [
    { name: "one", version: "1.0.0" },
    { name: "two", version: "1.0.0" },
  ];
  const dependencies = [...STOCK, moduleOf("one"), moduleOf("two")];

  it("tell equal names of modules apart", () => {
    const { module } = load(
      {
        imports,
        remoteClasses: [
          { name: "Same", extends: "Thing" },
          { name: "A", extends: "Same" },
          { name: "B", extends: "one.Same" },
          { name: "C", extends: "two.Same" },
          { name: "D", extends: "core.Thing" },
          { name: "E", extends: "mine.Same" },
        ],
      },
      dependencies,
    );
    expect(module.classes.slice(1).map(({ parent }) => parent?.qualifiedName)).toEqual([
      "mine.Same",
      "one.Same",
      "two.Same",
      "kurento.Thing",
      "mine.Same",
    ]);
  });

  it("to another module need its name", () => {
    expect(
      problems({ imports, remoteClasses: [{ name: "A", extends: "Inone" }] }, dependencies),
    ).toEqual([
      "mine.kmd.json: $.remoteClasses[0].extends: The type 'Inone' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type",
    ]);
  });

  const withType = (type: string): Json => ({
    remoteClasses: [{ name: "A", properties: [{ name: "p", type }] }],
  });
  const place = "mine.kmd.json: $.remoteClasses[0].properties[0].type:";

  it.each([
    [
      "Thng",
      `The type 'Thng' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type (did you mean 'Thing'?)`,
    ],
    [
      "string",
      `The type 'string' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type (did you mean 'String'?)`,
    ],
    ["a.b.C", `Invalid module name in type ref 'a.b.C', expected Type or module.Type`],
    ["int[][]", `'int[]' cannot be nested, expected one suffix, [] or <>`],
    ["int[]<>", `'int[]' cannot be nested, expected one suffix, [] or <>`],
    [
      "",
      `The type '' is not defined in module 'mine' neither in kurento, expected a primitive or a declared type`,
    ],
  ])("as %j are rejected", (type, message) => {
    expect(problems(withType(type))).toEqual([`${place} ${message}`]);
  });

  it("resolve to primitives, lists and maps", () => {
    const kindOf = (type: string): unknown =>
      load(withType(type)).module.classes[0]?.properties[0]?.type;
    expect(kindOf("int64")).toEqual({ kind: "primitive", name: "int64" });
    expect(kindOf("String[]")).toEqual({ kind: "list", of: { kind: "primitive", name: "String" } });
    expect(kindOf("Thing<>")).toMatchObject({ kind: "map", of: { kind: "object" } });
  });
});

describe("declarations", () => {
  const register = (name: string, more: Json = {}): Json => ({
    name,
    typeFormat: "REGISTER",
    ...more,
  });
  const property = (name: string, type: string, more: Json = {}): Json => ({ name, type, ...more });
  const at = (path: string, problem: string): string => `mine.kmd.json: $.${path}: ${problem}`;

  it.each<[string, Json, string]>([
    [
      "two types of one name",
      { remoteClasses: [{ name: "A" }], complexTypes: [register("A")] },
      at(
        "complexTypes[0]",
        "the type 'A' is declared twice, expected each name once in a module (see mine.kmd.json:6)",
      ),
    ],
    [
      "two events of one name",
      { events: [{ name: "A" }, { name: "A" }] },
      at(
        "events[1]",
        "the event 'A' is declared twice, expected each name once in a module (see mine.kmd.json:6)",
      ),
    ],
    [
      "a name that is no identifier",
      { remoteClasses: [{ name: "../A" }] },
      at(
        "remoteClasses[0].name",
        "'../A' cannot be a name, expected letters, digits and _, with a letter first",
      ),
    ],
    [
      "a name that every object has",
      { remoteClasses: [{ name: "A", methods: [{ name: "constructor" }] }] },
      at(
        "remoteClasses[0].methods[0].name",
        "'constructor' cannot be a name, expected a name that JavaScript objects do not have by themselves",
      ),
    ],
    [
      "an enumeration without values",
      { complexTypes: [{ name: "A", typeFormat: "ENUM" }] },
      at(
        "complexTypes[0]",
        "the enumeration 'A' has no values, expected a list 'values' with at least one",
      ),
    ],
    [
      "an enumeration with a value twice",
      { complexTypes: [{ name: "A", typeFormat: "ENUM", values: ["x", "y", "x"] }] },
      at("complexTypes[0].values[2]", "the value 'x' comes twice, expected each value once"),
    ],
    [
      "an enumeration with properties",
      { complexTypes: [{ name: "A", typeFormat: "ENUM", values: ["x"], properties: [] }] },
      at(
        "complexTypes[0].properties",
        `the enumeration 'A' has properties, expected "typeFormat": "REGISTER" for a type with properties`,
      ),
    ],
    [
      "a register with values",
      { complexTypes: [register("A", { values: ["x"] })] },
      at(
        "complexTypes[0].values",
        `the register 'A' has values, expected "typeFormat": "ENUM" for a type with values`,
      ),
    ],
    [
      "a class that extends a register",
      { remoteClasses: [{ name: "A", extends: "B" }], complexTypes: [register("B")] },
      at("remoteClasses[0].extends", "'B' is a register, expected a remote class"),
    ],
    [
      "a register that extends a class",
      { complexTypes: [register("B", { extends: "Thing" })] },
      at("complexTypes[0].extends", "'Thing' is a remote class, expected a register"),
    ],
    [
      "an event that does not exist",
      { remoteClasses: [{ name: "A", events: ["Bse"] }] },
      at(
        "remoteClasses[0].events[0]",
        "The type 'Bse' is not defined in module 'mine' neither in kurento, expected an event (did you mean 'Base'?)",
      ),
    ],
    [
      "a property twice",
      {
        complexTypes: [register("A", { properties: [property("p", "int"), property("p", "int")] })],
      },
      at("complexTypes[0].properties[1]", "the property 'p' comes twice, expected each name once"),
    ],
    [
      "a method twice",
      { remoteClasses: [{ name: "A", methods: [{ name: "m" }, { name: "m" }] }] },
      at("remoteClasses[0].methods[1]", "the method 'm' comes twice, expected each name once"),
    ],
    [
      "a method that is also a property's getter",
      {
        remoteClasses: [
          { name: "A", properties: [property("p", "int")], methods: [{ name: "getP" }] },
        ],
      },
      at(
        "remoteClasses[0]",
        "the class 'A' has two operations 'getP', expected each operation once, where a property makes getX and setX",
      ),
    ],
    [
      "a property that an ancestor has",
      {
        remoteClasses: [
          { name: "B", properties: [property("p", "int")] },
          { name: "A", extends: "B", properties: [property("p", "int")] },
        ],
      },
      at(
        "remoteClasses[1].properties[0]",
        "the property 'p' is also inherited from 'B', expected a name that no ancestor has",
      ),
    ],
    [
      "an optional constructor parameter without default",
      {
        remoteClasses: [
          { name: "A", constructor: { params: [property("p", "int", { optional: true })] } },
        ],
      },
      at(
        "remoteClasses[0].constructor.params[0]",
        "the optional constructor parameter 'p' has no default, expected a 'defaultValue'",
      ),
    ],
  ])("reject %s", (_, content, message) => {
    expect(problems(content)).toContain(message);
  });

  it("reject inheritance in a circle", () => {
    const circle = [
      { name: "A", extends: "B" },
      { name: "B", extends: "A" },
    ];
    expect(problems({ remoteClasses: circle })).toEqual([
      at("remoteClasses[0].extends", "'A' extends itself, expected an inheritance without cycle"),
    ]);
    expect(problems({ events: circle })[0]).toContain("'A' extends itself");
    expect(
      problems({ complexTypes: circle.map((each) => ({ ...each, typeFormat: "REGISTER" })) })[0],
    ).toContain("'A' extends itself");
  });

  it.each<[string, unknown, string]>([
    ["int", 1.5, "an integer of 32 bits"],
    ["int", 3000000000, "an integer of 32 bits"],
    ["int64", "1", "an integer"],
    ["String", 1, "a string"],
    ["boolean", "true", "true or false"],
    ["double", "1", "a number"],
    ["float", null, "a number"],
    ["int[]", {}, "a list"],
    ["int[]", [1, "x"], "an integer of 32 bits"],
    ["int<>", [], "an object"],
    ["int<>", { a: "x" }, "an integer of 32 bits"],
    ["Color", "GREEN", "one of RED, BLUE"],
    ["Point", 5, "an object"],
    ["Point", {}, "the field 'x'"],
    ["Point", { x: "1" }, "as field 'x' a number"],
    ["Thing", "id", "null, as objects are made at run time"],
  ])("reject a default of type %s that is %j", (type, defaultValue, fault) => {
    expect(problems(withDefault(type, defaultValue))).toEqual([
      at(
        "remoteClasses[0].methods[0].params[0].defaultValue",
        `the default value of 'p' does not fit, expected ${fault}`,
      ),
    ]);
  });

  it.each<[string, unknown]>([
    ["int", -1],
    ["int64", 9007199254740991],
    ["String", ""],
    ["boolean", false],
    ["float", 0.5],
    ["int[]", [1, 2]],
    ["int<>", { a: 1 }],
    ["Color", "RED"],
    ["Point", { x: 1 }],
    ["Thing", null],
  ])("take a default of type %s that is %j", (type, defaultValue) => {
    expect(problems(withDefault(type, defaultValue))).toEqual([]);
  });

  function withDefault(type: string, defaultValue: unknown): Json {
    return {
      remoteClasses: [
        {
          name: "A",
          methods: [{ name: "m", params: [property("p", type, { optional: true, defaultValue })] }],
        },
      ],
      complexTypes: [
        { name: "Color", typeFormat: "ENUM", values: ["RED", "BLUE"] },
        register("Point", {
          properties: [property("x", "double"), property("y", "double", { optional: true })],
        }),
      ],
    };
  }
});
