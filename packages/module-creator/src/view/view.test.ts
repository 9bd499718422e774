import { describe, expect, it } from "vitest";
import { docText, memberDoc } from "./doc-text.js";
import { ImportCollector } from "./imports.js";
import { literal } from "./literal.js";
import { camelCase, kebabCase } from "./names.js";
import { safeMember, safeParameter, safeType } from "./safe-identifier.js";

describe("names", () => {
  it.each([
    ["WebRtcEndpoint", "web-rtc-endpoint", "webRtcEndpoint"],
    ["GStreamerFilter", "gstreamer-filter", "gStreamerFilter"],
    ["ZBarFilter", "zbar-filter", "zBarFilter"],
    ["OpenCVFilter", "open-cv-filter", "openCVFilter"],
    ["HTTPServer", "http-server", "hTTPServer"],
    ["Hub", "hub", "hub"],
    ["crowd-detector", "crowd-detector", "crowdDetector"],
    ["snake_case", "snake-case", "snakeCase"],
  ])("%s is %s and %s", (name, kebab, camel) => {
    expect([kebabCase(name), camelCase(name)]).toEqual([kebab, camel]);
  });

  it("keep clear of reserved ones", () => {
    expect([safeParameter("default"), safeParameter("offer")]).toEqual(["default_", "offer"]);
    expect([safeType("Promise"), safeType("Tag")]).toEqual(["Promise_", "Tag"]);
    const taken = new Set(["id"]);
    expect(["id", "play"].map((name) => safeMember(name, taken))).toEqual(["id_", "play"]);
  });
});

describe("ImportCollector", () => {
  it("sorts, joins and marks types", () => {
    const imports = new ImportCollector();
    imports.type("./b.js", "B");
    imports.value("../a.js", "z");
    imports.type("../a.js", "A");
    imports.type("pkg", "P");
    imports.value("./b.js", "B");
    expect(imports.lines()).toEqual([
      'import type { P } from "pkg";',
      'import { type A, z } from "../a.js";',
      'import { B } from "./b.js";',
    ]);
  });

  it("renames what would clash with another import or a declaration", () => {
    const imports = new ImportCollector(["Own"]);
    expect(imports.type("a", "T")).toBe("T");
    expect(imports.type("b", "T")).toBe("T_2");
    expect(imports.type("b", "T")).toBe("T_2");
    expect(imports.type("c", "Own")).toBe("Own_2");
    expect(imports.lines()).toEqual([
      'import type { T } from "a";',
      'import type { T as T_2 } from "b";',
      'import type { Own as Own_2 } from "c";',
    ]);
  });
});

describe("docText", () => {
  it.each([
    ["``code``", "`code`"],
    ["  one\n\t two  ", "one\ntwo"],
  ])("of %j is %j", (doc, expected) => {
    expect(docText(doc)).toBe(expected);
  });

  it("lists parameters and result", () => {
    const params = [
      { name: "a", doc: "first" },
      { name: "b", doc: "" },
    ];
    expect(memberDoc("Does.", params, "what")).toBe("Does.\n\n@param a first\n@returns what");
    expect(memberDoc("", [], "")).toBe("");
  });
});

describe("literal", () => {
  it.each<[unknown, string]>([
    [{ a: [1, "x", null], "b-c": true }, '{ a: [1, "x", null], "b-c": true }'],
    [{}, "{}"],
    [JSON.parse('{"__proto__": 1}'), '{ ["__proto__"]: 1 }'],
    ["</script>\u2028", JSON.stringify("</script>\u2028")],
  ])("of %j", (value, text) => {
    expect(literal(value)).toBe(text);
  });
});
