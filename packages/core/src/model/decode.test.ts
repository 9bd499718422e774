import { describe, expect, it } from "vitest";
import { decodeConstructorParams, decodeParams, type ObjectResolver } from "./decode.js";
import type {
  ClassSpec,
  ModuleSpec,
  ParamSpec,
  PrimitiveName,
  RemoteInstance,
  TypeRef,
} from "./schema-types.js";
import { TypeRegistry } from "./type-registry.js";

const primitive = (name: PrimitiveName): TypeRef => ({ kind: "primitive", name });
const required = (name: string, type: TypeRef): ParamSpec => ({ name, type, optional: false });
const optional = (
  name: string,
  type: TypeRef,
  defaultValue?: null | boolean | number | string,
): ParamSpec =>
  defaultValue === undefined
    ? { name, type, optional: true }
    : { name, type, optional: true, defaultValue };

const cls = (name: string, parent: ClassSpec | null): ClassSpec => ({
  name,
  qualifiedName: `kurento.${name}`,
  abstract: false,
  parent,
  constructorParams: null,
  operations: {},
  events: [],
});
const mediaObject = cls("MediaObject", null);
const element = cls("MediaElement", mediaObject);
const pipeline = cls("MediaPipeline", mediaObject);
const fraction: TypeRef = { kind: "register", name: "kurento.Fraction" };
const codec: TypeRef = { kind: "enum", name: "kurento.Codec" };

const module: ModuleSpec = {
  name: "core",
  version: "1.0.0",
  wireModule: "kurento",
  classes: [mediaObject, element, pipeline],
  enums: [{ name: "Codec", qualifiedName: "kurento.Codec", values: ["VP8", "H264"] }],
  registers: [
    {
      name: "Fraction",
      qualifiedName: "kurento.Fraction",
      parent: null,
      fields: [
        required("numerator", primitive("int")),
        optional("denominator", primitive("int"), 1),
      ],
    },
    {
      name: "Ratio",
      qualifiedName: "kurento.Ratio",
      parent: "kurento.Fraction",
      fields: [
        required("numerator", primitive("int")),
        optional("denominator", primitive("int"), 1),
        required("label", primitive("String")),
      ],
    },
    {
      name: "Caps",
      qualifiedName: "kurento.Caps",
      parent: null,
      fields: [
        required("codec", codec),
        required("framerate", fraction),
        optional("note", primitive("String")),
      ],
    },
  ],
  events: [],
};
const registry = new TypeRegistry([module]);
const objects = new Map<string, RemoteInstance>([
  ["e1", { id: "e1", spec: element }],
  ["p1", { id: "p1", spec: pipeline }],
]);
const resolve: ObjectResolver = (id) => objects.get(id);

const decode = (params: readonly ParamSpec[], value: unknown): unknown[] =>
  decodeParams(params, value, registry, resolve);
const decodeOne = (type: TypeRef, value: unknown): unknown =>
  decode([required("x", type)], { x: value })[0];
const failure = (code: number, message: string): unknown =>
  expect.objectContaining({ name: "KurentoError", code, message });

describe("the container of parameters", () => {
  it("is required where a parameter is", () => {
    expect(() => decode([required("key", primitive("String"))], undefined)).toThrow(
      failure(40001, "'operationParams' is required"),
    );
    expect(() =>
      decodeConstructorParams([required("key", primitive("String"))], undefined, registry, resolve),
    ).toThrow(failure(40001, "'constructorParams' is required"));
  });

  it.each([["text"], [[]], [5], [true]])("rejects %j", (value) => {
    expect(() => decode([optional("details", codec)], value)).toThrow(
      failure(40001, "'operationParams' should be an object"),
    );
  });

  it("may be absent or null where all parameters are optional", () => {
    expect(decode([optional("details", codec)], undefined)).toEqual([undefined]);
    expect(decode([optional("details", codec)], null)).toEqual([undefined]);
  });

  it("is not looked at by an operation without parameters", () => {
    expect(decode([], "str")).toEqual([]);
    expect(decode([], [])).toEqual([]);
  });

  it("does not take members from its prototype", () => {
    expect(() => decode([required("toString", primitive("String"))], {})).toThrow(
      failure(40001, "'toString' parameter should be a string"),
    );
  });

  it("ignores members that are no parameters", () => {
    expect(decode([required("key", primitive("String"))], { key: "a", extra: 1 })).toEqual(["a"]);
  });
});

describe("optional parameters", () => {
  const params = [
    required("a", primitive("int")),
    optional("b", primitive("int"), 7),
    optional("c", primitive("int")),
  ];

  it("get their default or stay absent", () => {
    expect(decode(params, { a: 1 })).toEqual([1, 7, undefined]);
  });

  it("of an operation count up to the first absent one", () => {
    expect(decode(params, { a: 1, b: 2, c: 3 })).toEqual([1, 2, 3]);
    expect(decode(params, { a: 1, c: 3 })).toEqual([1, 7, undefined]);
  });

  it("of a constructor count each for itself", () => {
    expect(decodeConstructorParams(params, { a: 1, c: 3 }, registry, resolve)).toEqual({
      a: 1,
      b: 7,
      c: 3,
    });
  });

  it("do not hide a required one behind them", () => {
    const mixed = [optional("b", primitive("int")), required("a", primitive("int"))];
    expect(decode(mixed, { a: 1 })).toEqual([undefined, 1]);
  });
});

describe("primitives", () => {
  it.each<[PrimitiveName, unknown, unknown]>([
    ["String", "text", "text"],
    ["String", 5, "5"],
    ["String", true, "true"],
    ["String", null, ""],
    ["boolean", true, true],
    ["boolean", 0, false],
    ["boolean", 3, true],
    ["boolean", null, false],
    ["int", 2147483647, 2147483647],
    ["int", -2147483648, -2147483648],
    ["int", true, 1],
    ["int", null, 0],
    ["int64", 9007199254740991, 9007199254740991],
    ["double", 0.1, 0.1],
    ["double", false, 0],
    ["float", 0.1, 0.10000000149011612],
    ["float", null, 0],
  ])("as %s takes %j as %j", (name, value, expected) => {
    expect(decodeOne(primitive(name), value)).toBe(expected);
  });

  it.each<[PrimitiveName, unknown, string]>([
    ["String", {}, "string"],
    ["String", [], "string"],
    ["boolean", "true", "boolean"],
    ["int", "5", "integer"],
    ["int", 1.5, "integer"],
    ["int", 2147483648, "integer"],
    ["int64", 1e300, "int64"],
    ["int64", 0.5, "int64"],
    ["double", "1", "double"],
    ["float", 1e300, "double"],
    ["float", {}, "double"],
  ])("as %s does not take %j", (name, value, word) => {
    expect(() => decodeOne(primitive(name), value)).toThrow(
      failure(40001, `'x' parameter should be a ${word}`),
    );
  });
});

describe("enumerations", () => {
  it("take their values only", () => {
    expect(decodeOne(codec, "VP8")).toBe("VP8");
    expect(() => decodeOne(codec, "vp8")).toThrow(failure(40001, "Invalid value for 'Codec'"));
    expect(() => decodeOne(codec, null)).toThrow(failure(40001, "Invalid value for 'Codec'"));
    expect(() => decodeOne(codec, {})).toThrow(failure(40001, "'x' parameter should be a string"));
  });
});

describe("objects", () => {
  const sink: TypeRef = { kind: "object", name: "kurento.MediaElement" };

  it("are found by id, also as a descendant of the wanted class", () => {
    expect(decodeOne(sink, "e1")).toBe(objects.get("e1"));
    expect(decodeOne({ kind: "object", name: "kurento.MediaObject" }, "p1")).toBe(
      objects.get("p1"),
    );
  });

  it.each([
    ["nope", "Object 'nope' not found"],
    [5, "Object '5' not found"],
    [null, "Object '' not found"],
  ])("rejects %j with MEDIA_OBJECT_NOT_FOUND", (id, message) => {
    expect(() => decodeOne(sink, id)).toThrow(failure(40101, message));
  });

  it("rejects one of another class", () => {
    expect(() => decodeOne(sink, "p1")).toThrow(
      failure(40107, "Object 'p1' is a kurento.MediaPipeline, not a kurento.MediaElement"),
    );
  });

  it("rejects what is no id", () => {
    expect(() => decodeOne(sink, {})).toThrow(failure(40001, "'x' parameter should be a string"));
  });
});

describe("lists and maps", () => {
  const list: TypeRef = { kind: "list", of: primitive("int") };
  const map: TypeRef = { kind: "map", of: codec };

  it("decode what they hold", () => {
    expect(decodeOne(list, [1, true])).toEqual([1, 1]);
    expect(decodeOne(map, { a: "VP8" })).toEqual({ a: "VP8" });
    expect(decodeOne(list, null)).toEqual([]);
    expect(decodeOne(map, null)).toEqual({});
  });

  it("reject other types, also inside", () => {
    expect(() => decodeOne(list, {})).toThrow(failure(40001, "'x' parameter should be a list"));
    expect(() => decodeOne(map, [])).toThrow(failure(40001, "'x' parameter should be a map"));
    expect(() => decodeOne(list, ["a"])).toThrow(
      failure(40001, "'x' parameter should be a integer"),
    );
    expect(() => decodeOne(map, { a: "no" })).toThrow(failure(40001, "Invalid value for 'Codec'"));
  });

  it("keep a key called __proto__ as a key", () => {
    const value: unknown = JSON.parse('{"__proto__": "VP8"}');
    expect(Object.keys(decodeOne(map, value) as object)).toEqual(["__proto__"]);
  });
});

describe("registers", () => {
  const caps: TypeRef = { kind: "register", name: "kurento.Caps" };

  it("decode their fields and fill in defaults", () => {
    expect(decodeOne(caps, { codec: "VP8", framerate: { numerator: 30 } })).toEqual({
      codec: "VP8",
      framerate: { numerator: 30, denominator: 1 },
    });
  });

  it("name a missing or wrong field", () => {
    expect(() => decodeOne(caps, {})).toThrow(
      failure(40001, "'codec' property should be a string"),
    );
    expect(() => decodeOne(caps, { codec: "VP8" })).toThrow(
      failure(40001, "'framerate' property should be a object"),
    );
    expect(() => decodeOne(caps, { codec: "VP8", framerate: { numerator: "x" } })).toThrow(
      failure(40001, "'numerator' property should be a integer"),
    );
    expect(() => decodeOne(caps, "text")).toThrow(
      failure(40001, "'x' parameter should be a object"),
    );
  });

  it("may say their type", () => {
    const tags = { __module__: "kurento", __type__: "Fraction" };
    expect(decodeOne(fraction, { ...tags, numerator: 1 })).toEqual({
      numerator: 1,
      denominator: 1,
    });
  });

  it("may be of a type that extends the expected one, which stays visible", () => {
    const tags = { __module__: "kurento", __type__: "Ratio" };
    expect(decodeOne(fraction, { ...tags, numerator: 1, label: "a" })).toEqual({
      ...tags,
      numerator: 1,
      denominator: 1,
      label: "a",
    });
  });

  it("reject unknown and unfit types", () => {
    expect(() => decodeOne(fraction, { __module__: "kurento", __type__: "Nope" })).toThrow(
      failure(40003, "Type Nope does not exist in module kurento"),
    );
    expect(() => decodeOne(fraction, { __module__: "kurento", __type__: "Caps" })).toThrow(
      failure(40003, "Type Caps in module kurento is not compatible with Fraction"),
    );
  });
});
