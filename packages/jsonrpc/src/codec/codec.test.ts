import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { invalidParams, RpcError } from "../errors.js";
import { parseJson, stringifyJson } from "./json.js";
import type { JsonObject, JsonValue } from "./json.js";
import { classifyMessage, isJsonObject, parseMessage } from "./parse.js";
import type { RpcMessage } from "./parse.js";
import {
  serializeError,
  serializeNotification,
  serializeRequest,
  serializeResult,
} from "./serialize.js";

function vectors<Vector>(name: string): Vector[] {
  return JSON.parse(
    readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"),
  ) as Vector[];
}

// Values as JSON text, so that the vectors can hold integers that JSON.parse would round.
function describeMessage(message: RpcMessage): Record<string, unknown> {
  const described: Record<string, unknown> = { kind: message.kind };
  for (const member of ["id", "params", "result"]) {
    if (member in message)
      described[member] = stringifyJson((message as unknown as JsonObject)[member] ?? null);
  }
  for (const member of ["method", "reason"]) {
    if (member in message) described[member] = (message as unknown as JsonObject)[member];
  }
  return "error" in message ? { ...described, ...describeError(message) } : described;
}

function describeError(message: RpcMessage & { error: RpcError }): Record<string, unknown> {
  const { code, message: text, data } = message.error;
  if (message.kind === "invalid") return { code };
  return data === undefined
    ? { code, message: text }
    : { code, message: text, data: stringifyJson(data) };
}

describe("parseMessage", () => {
  it.each(vectors<{ name: string; text: string; expect: JsonObject }>("parse"))(
    "$name",
    (vector) => {
      expect(describeMessage(parseMessage(vector.text))).toEqual(vector.expect);
    },
  );

  it("refuses nesting that no stack holds, or reads it, but does not fail", () => {
    const depth = 200_000;
    const text = `{"jsonrpc":"2.0","id":1,"method":"m","params":${"[".repeat(depth)}9007199254740993${"]".repeat(depth)}}`;
    expect(["request", "invalid"]).toContain(parseMessage(text).kind);
  });

  it("survives every cut and every changed byte of a message", () => {
    const text =
      '{"jsonrpc":"2.0","id":9007199254740993,"method":"a\\"b","params":{"x":[-9007199254740993,1e5]}}';
    const kinds = ["request", "notification", "result", "failure", "invalid"];
    for (let at = 0; at < text.length; at += 1) {
      expect(kinds).toContain(parseMessage(text.slice(0, at)).kind);
      for (const other of ['"', "\\", "{", "]", "9", "-", ".", "e", "\u0000"]) {
        expect(kinds).toContain(parseMessage(text.slice(0, at) + other + text.slice(at + 1)).kind);
      }
    }
  });

  it("keeps the syntax error as the cause", () => {
    const message = parseMessage("{");
    expect(message.kind === "invalid" && message.error.cause).toBeInstanceOf(SyntaxError);
  });

  it("classifies what is parsed already", () => {
    expect(classifyMessage({ jsonrpc: "2.0", id: 1n, method: "m" })).toEqual({
      kind: "request",
      id: 1n,
      method: "m",
    });
  });
});

describe("integers", () => {
  const cases = vectors<{ name: string; text: string; doubles?: number[] }>("integers");

  it.each(cases.filter((vector) => vector.doubles === undefined))("$name", ({ text }) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it.each(cases.filter((vector) => vector.doubles !== undefined))("$name", ({ text, doubles }) => {
    expect(parseJson(text)).toEqual(doubles);
  });

  it("makes bigints only of integers beyond 2^53", () => {
    expect(parseJson("[9007199254740991,9007199254740993]")).toEqual([
      9007199254740991,
      9007199254740993n,
    ]);
    expect(parseJson("9007199254740993")).toBe(9007199254740993n);
  });

  it("writes small bigints as integers too", () => {
    expect(stringifyJson({ a: 5n, b: -1n })).toBe('{"a":5,"b":-1}');
  });

  it("never takes a string for an integer that it wrote itself", () => {
    const strings: JsonValue = [
      "9007199254740993",
      '"9007199254740993"',
      9007199254740993n,
      "\u0000:1",
    ];
    expect(parseJson(stringifyJson(strings))).toEqual(strings);
  });

  it("keeps __proto__ an ordinary member", () => {
    const value = parseJson('{"__proto__":{"a":9007199254740993}}');
    expect(isJsonObject(value) && Object.hasOwn(value, "__proto__")).toBe(true);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it("throws what is neither JSON nor about integers", () => {
    const cycle: JsonObject = {};
    cycle["self"] = cycle;
    expect(() => stringifyJson(cycle)).toThrow(TypeError);
    const failing = {
      toJSON: () => {
        throw new RangeError("no");
      },
    };
    expect(() => stringifyJson(failing as unknown as JsonValue)).toThrow(RangeError);
  });
});

describe("serialise", () => {
  it("writes a request", () => {
    expect(serializeRequest(3, "ping", { interval: 5 })).toBe(
      '{"id":3,"jsonrpc":"2.0","method":"ping","params":{"interval":5}}',
    );
    expect(serializeRequest("a", "ping")).toBe('{"id":"a","jsonrpc":"2.0","method":"ping"}');
  });

  it("writes a notification", () => {
    expect(serializeNotification("onEvent", { value: 1n })).toBe(
      '{"jsonrpc":"2.0","method":"onEvent","params":{"value":1}}',
    );
  });

  it("writes a result, null when there is none", () => {
    expect(serializeResult(1, { value: "pong" })).toBe(
      '{"id":1,"jsonrpc":"2.0","result":{"value":"pong"}}',
    );
    expect(serializeResult(null, undefined)).toBe('{"id":null,"jsonrpc":"2.0","result":null}');
  });

  it("writes an error, with data only when there is some", () => {
    expect(
      serializeError(1, new RpcError(40007, "Invalid session", { type: "INVALID_SESSION" })),
    ).toBe(
      '{"error":{"code":40007,"data":{"type":"INVALID_SESSION"},"message":"Invalid session"},"id":1,"jsonrpc":"2.0"}',
    );
    expect(serializeError(null, new RpcError(-32601, "Method not found."))).toBe(
      '{"error":{"code":-32601,"message":"Method not found."},"id":null,"jsonrpc":"2.0"}',
    );
  });

  it("names the member at fault in -32602 when told", () => {
    expect(invalidParams("'x' is wrong")).toMatchObject({
      code: -32602,
      message: "'x' is wrong",
      data: { type: "INVALID_PARAMS" },
    });
  });
});
