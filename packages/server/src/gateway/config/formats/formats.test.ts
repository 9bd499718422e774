import { describe, expect, it } from "vitest";

import { parseConfig } from "../config-files.js";

const deep = 101;

describe("JSON", () => {
  it("leaves out comment members, and takes the last of equal ones", () => {
    const text = '{"//": "a", "// b": [1], "x": 1, "x": {"y": [true, null, -1.5e3, "\\u00e9"]}}';
    expect(parseConfig(text, ".json")).toEqual({ x: { y: [true, null, -1500, "é"] } });
  });

  it("keeps names that mean something to JavaScript as plain members", () => {
    const tree = parseConfig('{"__proto__": {"polluted": true}}', ".json");
    expect(Object.keys(tree)).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("polluted");
  });

  it.each([
    ["", "1:1 a value was expected"],
    ['{"a": 1,\n  b: 2}', "2:3 a name in quotes was expected"],
    ['{"a" 1}', "1:6 ':' was expected"],
    ['{"a": 1 "b": 2}', "1:9 '}' was expected"],
    ['{"a": [1, ]}', "1:11 a value was expected"],
    ['{"a": 01}', "1:8 '}' was expected"],
    ['{"a": "\n"}', "1:7 a value was expected"],
    ["{} x", "1:4 nothing was expected any more"],
    ["[".repeat(deep + 1), "1:102 more than 100 levels"],
    ["[]", "should hold an object"],
    ["3", "should hold an object"],
  ])("refuses %j", (text, message) => {
    expect(() => parseConfig(text, ".json")).toThrow(message);
  });
});

describe("INI", () => {
  it("nests sections and dotted keys", () => {
    const text = "; c\r\n# d\na = 1 = 2\nb.c=\n[ x.y ]\n z=v\n";
    expect(parseConfig(text, ".ini")).toEqual({
      a: "1 = 2",
      b: { c: "" },
      x: { y: { z: "v" } },
    });
  });

  it.each([
    ["a=1\nno pair", "2:1 'key=value' was expected"],
    ["=1", "1:1 a key was expected before '='"],
    ["[x", "1:1 '[section]' was expected"],
    ["a=1\na=2", "2:1 key 'a' comes twice"],
    ["[s]\n[s]", "2:1 section 's' comes twice"],
    ["a=1\na.b=2", "2:1 'a.b': 'a' has a value of its own"],
    [`${"a.".repeat(deep)}b=1`, "1:1 more than 100 levels"],
  ])("refuses %j", (text, message) => {
    expect(() => parseConfig(text, ".ini")).toThrow(message);
  });
});

describe("INFO", () => {
  it("knows members in braces, quotes, comments, lists and long texts", () => {
    const text = `; comment
a 1 ; another
"key with space" "a \\"b\\" \\t;" ; c
net {
  port 8888
  inner
  {
    y z
  }
}
empty
list { "" 1
  "" { name n } }
same 1
same 2
same 3
"//" ignored
long "one " \\
  "two"`;
    expect(parseConfig(text, ".info")).toEqual({
      a: "1",
      "key with space": 'a "b" \t;',
      net: { port: "8888", inner: { y: "z" } },
      empty: "",
      list: ["1", { name: "n" }],
      same: ["1", "2", "3"],
      long: "one two",
    });
  });

  it.each([
    ["{", "1:1 '{' without a key before it"],
    ["a\n}", "2:1 '}' without '{'"],
    ["a {\n", "2:1 '}' was expected"],
    ["a b {}", "1:5 a key with a value cannot have members"],
    ["a b c", "1:5 one value was expected"],
    ['a "b', "1:3 the closing quote is missing"],
    ['#include "x"', "1:1 directives such as #include are not supported"],
    ["a {".repeat(deep), "more than 100 levels"],
  ])("refuses %j", (text, message) => {
    expect(() => parseConfig(text, ".info")).toThrow(message);
  });
});

describe("XML", () => {
  it("takes elements as keys, as many as there are at the top", () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>
<!-- comment --><a x="1"><b> 1 &amp; 2 </b></a>
<c><![CDATA[<>]]></c><list><item>1</item><item>2</item></list><empty/>`;
    expect(parseConfig(text, ".xml")).toEqual({
      a: { "<xmlattr>": { x: "1" }, b: "1 & 2" },
      c: "<>",
      list: { item: ["1", "2"] },
      empty: "",
    });
  });

  it.each([
    ["<a>", "unclosed tag: a"],
    ["<a></b>", "1:8"],
    ["\n<a>&bomb;</a>", "2:10"],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', "inappropriately located doctype declaration"],
    ["<a>text<b/></a>", "a text was not expected beside elements"],
    ["text", "a text was not expected"],
    ["<a>".repeat(deep), "more than 100 levels"],
  ])("refuses %j", (text, message) => {
    expect(() => parseConfig(text, ".xml")).toThrow(message);
  });
});

it("does not know other formats", () => {
  for (const format of ["", ".yaml", "constructor"])
    expect(() => parseConfig("", format)).toThrow(`unknown format '${format}'`);
});
