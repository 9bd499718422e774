import { describe, expect, it } from "vitest";
import { KmdError } from "./error.js";
import { parseLenientJson } from "./lenient-json.js";

const parse = (text: string): unknown => parseLenientJson(text, "a.kmd.json").value;

function messageOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof KmdError) {
      return error.message;
    }
  }
  return "no error";
}

describe("parseLenientJson takes", () => {
  it.each<[string, string, unknown]>([
    [
      "plain JSON",
      '{"a": [1, -2.5e3, true, false, null, "x"]}',
      { a: [1, -2500, true, false, null, "x"] },
    ],
    ["comments", '// one\n{ /* two */ "a": 1, # three\n "b": 2 } // four', { a: 1, b: 2 }],
    ["line ends and tabs in strings", '{"doc": "one\n\ttwo"}', { doc: "one\n\ttwo" }],
    ["trailing commas", '{"a": [1, 2,], "b": 3,}', { a: [1, 2], b: 3 }],
    ["single quotes", "{'a': 'it''s'}".replace("''", '"'), { a: 'it"s' }],
    ["no quotes", "{name: core, ok: True}", { name: "core", ok: true }],
    ["= and ; and =>", "{a = 1; b => 2}", { a: 1, b: 2 }],
    ["escapes", String.raw`{"a": "\"\\\/\b\f\n\r\t\u00e9\'"}`, { a: "\"\\/\b\f\n\r\té'" }],
    ["a byte order mark", '\uFEFF{"a": 1}', { a: 1 }],
    ["words that look like numbers", "{version: 1.2.3}", { version: "1.2.3" }],
    ["empty containers", '{"a": {}, "b": []}', { a: {}, b: [] }],
  ])("%s", (_, text, expected) => {
    expect(JSON.parse(JSON.stringify(parse(text)))).toEqual(expected);
  });

  it("keys that objects inherit elsewhere", () => {
    const value = parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect((parse("{}") as Record<string, unknown>)["constructor"]).toBeUndefined();
  });
});

describe("parseLenientJson rejects", () => {
  it.each([
    ['{"a": 1', "a.kmd.json:1:1 $: nothing closes what opens here, expected '}'"],
    ['{"a": [1, 2', "a.kmd.json:1:7 $.a: nothing closes what opens here, expected ']'"],
    ['{"a": [1, ', "a.kmd.json:1:7 $.a: nothing closes what opens here, expected ']'"],
    ['{\n  "a": "x', 'a.kmd.json:2:8 $.a: string without end, expected a closing "'],
    ['{"a" 1}', "a.kmd.json:1:6 $: nothing joins the key 'a' to a value, expected ':'"],
    [
      '{"a": 1 "b": 2}',
      `a.kmd.json:1:9 $: unexpected '"', expected ',' or '}' (is a comma or a quote missing before it?)`,
    ],
    [
      '{"a": 1, "a": 2}',
      "a.kmd.json:1:13 $: the key 'a' comes twice in one object, expected each key once",
    ],
    ['{"a": ]}', "a.kmd.json:1:7 $.a: unexpected ']', expected a value"],
    ["", "a.kmd.json:1:1 $: unexpected end of the file, expected a value"],
    ["{} x", "a.kmd.json:1:4 $: text after the end of the document, expected one object per file"],
    ["/* x", "a.kmd.json:1:1 $: comment without end, expected a closing */"],
    [
      String.raw`{"a": "\u12"}`,
      String.raw`a.kmd.json:1:10 $.a: '\u12"}' is no character, expected four hexadecimal digits behind \u`,
    ],
    [
      "[".repeat(200),
      `a.kmd.json:1:102 $${"[0]".repeat(101)}: nested deeper than 100 levels, expected fewer`,
    ],
    ['{"a": {"b c": }}', `a.kmd.json:1:15 $.a["b c"]: unexpected '}', expected a value`],
  ])("%j", (text, message) => {
    expect(messageOf(text)).toBe(message);
  });
});

describe("locate", () => {
  const parsed = parseLenientJson('{\n  "a": [\n    1,\n    {"b": 2}\n  ]\n}', "a");

  it("finds where a value begins", () => {
    expect(parsed.locate(["a"])).toEqual({ line: 2, column: 8 });
    expect(parsed.locate(["a", 1, "b"])).toEqual({ line: 4, column: 11 });
  });

  it("falls back to the nearest value around it", () => {
    expect(parsed.locate(["a", 1, "missing", 3])).toEqual({ line: 4, column: 5 });
    expect(parsed.locate(["nowhere"])).toEqual({ line: 1, column: 1 });
  });
});
