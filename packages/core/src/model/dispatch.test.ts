import { describe, expect, it } from "vitest";
import { findOperation, hasEvent, invokeOperation } from "./dispatch.js";
import { asRegister, encodeEvent, encodeValue } from "./encode.js";
import type {
  ClassSpec,
  EventSpec,
  ModuleSpec,
  ParamSpec,
  PrimitiveName,
  TypeRef,
} from "./schema-types.js";
import { TypeRegistry } from "./type-registry.js";

const primitive = (name: PrimitiveName): TypeRef => ({ kind: "primitive", name });
const field = (name: string, type: TypeRef, optional = false): ParamSpec => ({
  name,
  type,
  optional,
});
const tag: TypeRef = { kind: "register", name: "kurento.Tag" };

class Speaker {
  readonly id = "s1";
  readonly spec = speaker;
  readonly said: unknown[] = [];

  say(...words: unknown[]): string {
    this.said.push(words);
    return words.join(" ");
  }
}

const base: ClassSpec = {
  name: "Base",
  qualifiedName: "kurento.Base",
  abstract: true,
  parent: null,
  constructorParams: null,
  operations: {
    getName: {
      name: "getName",
      kind: "getter",
      params: [],
      returns: primitive("String"),
      call: () => "base",
    },
    fail: {
      name: "fail",
      kind: "method",
      params: [],
      returns: null,
      call: () => Promise.reject(new Error("broken")),
    },
  },
  events: ["Error"],
};
const speaker: ClassSpec = {
  name: "Speaker",
  qualifiedName: "kurento.Speaker",
  abstract: false,
  parent: base,
  constructorParams: [],
  operations: {
    say: {
      name: "say",
      kind: "method",
      params: [field("word", primitive("String")), field("more", primitive("String"), true)],
      returns: primitive("String"),
      call: (self, args) => (self instanceof Speaker ? self.say(...args) : undefined),
    },
    getTag: {
      name: "getTag",
      kind: "getter",
      params: [],
      returns: tag,
      call: () => Promise.resolve({ key: "a", value: "b" }),
    },
  },
  events: ["Said"],
};
const said: EventSpec = {
  name: "Said",
  qualifiedName: "kurento.Said",
  parent: null,
  fields: [
    field("source", { kind: "object", name: "kurento.Base" }),
    field("tags", { kind: "list", of: tag }),
    field("volume", primitive("float"), true),
  ],
};
const module: ModuleSpec = {
  name: "core",
  version: "1.0.0",
  wireModule: "kurento",
  classes: [base, speaker],
  enums: [],
  registers: [
    {
      name: "Tag",
      qualifiedName: "kurento.Tag",
      parent: null,
      fields: [field("key", primitive("String")), field("value", primitive("String"), true)],
    },
    {
      name: "LongTag",
      qualifiedName: "kurento.LongTag",
      parent: "kurento.Tag",
      fields: [
        field("key", primitive("String")),
        field("value", primitive("String"), true),
        field("length", primitive("int64")),
      ],
    },
    { name: "Other", qualifiedName: "kurento.Other", parent: null, fields: [] },
  ],
  events: [said],
};
const registry = new TypeRegistry([module]);
const invoke = (name: string, params?: unknown): Promise<unknown> =>
  invokeOperation(
    new Speaker(),
    { operation: name, operationParams: params },
    registry,
    () => undefined,
  );
const encode = (type: TypeRef | null, value: unknown): unknown =>
  encodeValue(type, value, registry);
const failure = (code: number, message: string): unknown =>
  expect.objectContaining({ name: "KurentoError", code, message });

describe("invokeOperation", () => {
  it("calls with decoded parameters and encodes the answer", async () => {
    await expect(invoke("say", { word: 5, more: "x" })).resolves.toBe("5 x");
    await expect(invoke("getTag")).resolves.toEqual({
      __module__: "kurento",
      __type__: "Tag",
      key: "a",
      value: "b",
    });
  });

  it("finds inherited operations", async () => {
    await expect(invoke("getName")).resolves.toBe("base");
  });

  it.each([
    ["nope", {}, 0],
    ["nope", { a: 1, b: 2 }, 2],
    ["", undefined, 0],
    ["nope", [1], 1],
    ["nope", "text", 0],
    ["toString", null, 0],
    ["constructor", {}, 0],
  ])("rejects %j with %j as unknown", async (name, params, count) => {
    await expect(invoke(name, params)).rejects.toEqual(
      failure(40008, `Method '${name}' with ${count} parameters not found`),
    );
  });

  it("rejects wrong parameters of a known operation", async () => {
    await expect(invoke("say", {})).rejects.toEqual(
      failure(40001, "'word' parameter should be a string"),
    );
  });

  it("hands on what the operation throws", async () => {
    await expect(invoke("fail")).rejects.toThrow("broken");
  });
});

describe("tables of a class", () => {
  it("are searched upwards", () => {
    expect(findOperation(speaker, "getName")?.kind).toBe("getter");
    expect(findOperation(base, "say")).toBeUndefined();
    expect(hasEvent(speaker, "Error")).toBe(true);
    expect(hasEvent(base, "Said")).toBe(false);
  });

  it("are found by bare and by qualified name", () => {
    expect(registry.findClass("Speaker")).toBe(speaker);
    expect(registry.findClass("kurento.Speaker")).toBe(speaker);
    expect(registry.findClass("other.Speaker")).toBeUndefined();
    expect(registry.classes()).toEqual([base, speaker]);
  });

  it("of the first module win where two share a bare name", () => {
    const twin = { ...speaker, qualifiedName: "twin.Speaker" };
    const both = new TypeRegistry([
      module,
      { ...module, name: "twin", wireModule: "twin", classes: [twin] },
    ]);
    expect(both.findClass("Speaker")).toBe(speaker);
    expect(both.findClass("twin.Speaker")).toBe(twin);
  });
});

describe("encodeValue", () => {
  it("gives null for nothing", () => {
    expect(encode(null, "ignored")).toBeNull();
    expect(encode(primitive("String"), undefined)).toBeNull();
  });

  it("keeps 32 bits of a float and takes a bigint as int64", () => {
    expect(encode(primitive("float"), 0.04)).toBe(0.03999999910593033);
    expect(encode(primitive("int64"), 12n)).toBe(12);
  });

  it("gives ids for objects, in lists and maps too", () => {
    const object: TypeRef = { kind: "object", name: "kurento.Base" };
    expect(encode({ kind: "list", of: object }, [new Speaker(), "id2", null])).toEqual([
      "s1",
      "id2",
      null,
    ]);
    expect(encode({ kind: "map", of: object }, { a: new Speaker() })).toEqual({ a: "s1" });
    expect(encode({ kind: "map", of: object }, new Map([["a", new Speaker()]]))).toEqual({
      a: "s1",
    });
  });

  it("leaves out unset optional fields and fields that are none", () => {
    expect(encode(tag, { key: "a", other: 1 })).toEqual({
      __module__: "kurento",
      __type__: "Tag",
      key: "a",
    });
  });

  it("writes a register that extends the declared one with all its fields", () => {
    expect(encode(tag, asRegister("kurento.LongTag", { key: "a", length: 3 }))).toEqual({
      __module__: "kurento",
      __type__: "LongTag",
      key: "a",
      length: 3,
    });
  });

  it.each<[TypeRef, unknown, string]>([
    [primitive("double"), Number.NaN, "a value for 'double' is NaN"],
    [primitive("int"), "5", "a value for 'int' is of type string"],
    [{ kind: "list", of: tag }, {}, "a value for 'list' is of type object"],
    [{ kind: "map", of: tag }, [], "a value for 'map' is a list"],
    [{ kind: "enum", name: "kurento.Codec" }, 5, "a value for 'kurento.Codec' is 5"],
    [{ kind: "object", name: "kurento.Base" }, {}, "a value for 'kurento.Base' is of type object"],
    [tag, "text", "a value for 'kurento.Tag' is of type string"],
    [
      tag,
      asRegister("kurento.Other", {}),
      "'kurento.Other' is no register that extends 'kurento.Tag'",
    ],
    [
      tag,
      asRegister("kurento.Nope", {}),
      "'kurento.Nope' is no register that extends 'kurento.Tag'",
    ],
  ])("of type %j rejects %j", (type, value, message) => {
    expect(() => encode(type, value)).toThrow(failure(40003, message));
  });
});

describe("encodeEvent", () => {
  it("writes the declared fields only", () => {
    const data = { source: new Speaker(), tags: [{ key: "a" }], type: "Said", volume: 0.5 };
    expect(encodeEvent(said, data, registry)).toEqual({
      source: "s1",
      tags: [{ __module__: "kurento", __type__: "Tag", key: "a" }],
      volume: 0.5,
    });
    expect(encodeEvent(said, { source: "s1", tags: [] }, registry)).toEqual({
      source: "s1",
      tags: [],
    });
  });
});
