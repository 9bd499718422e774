import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox, type Run } from "../../test/command-support.js";
import { mergeJson } from "./merge-json.js";
import { mergePom } from "./merge-pom.js";

const merged = (generated: object, custom: object): unknown =>
  JSON.parse(mergeJson(JSON.stringify(generated), JSON.stringify(custom), "package.json"));

describe("mergeJson", () => {
  it("adds and replaces keys, and joins lists of keywords and dependencies", () => {
    const generated = {
      name: "a",
      keywords: ["x", "y"],
      dependencies: { one: "1", two: "2" },
      scripts: { build: "b" },
      repository: { type: "git" },
    };
    const custom = {
      license: "MIT",
      keywords: ["y", "z"],
      dependencies: { two: "3", three: "4" },
      peerDependencies: { p: "1" },
      scripts: { test: "t" },
      repository: { url: "u" },
    };
    expect(merged(generated, custom)).toEqual({
      name: "a",
      keywords: ["x", "y", "z"],
      dependencies: { one: "1", two: "3", three: "4" },
      scripts: { test: "t" },
      repository: { type: "git", url: "u" },
      license: "MIT",
      peerDependencies: { p: "1" },
    });
  });

  it("replaces what cannot be joined", () => {
    expect(merged({ keywords: ["x"], bugs: "u" }, { keywords: "z", bugs: {} })).toEqual({
      keywords: "z",
      bugs: {},
    });
  });

  it("takes __proto__ for a key like others", () => {
    expect(mergeJson("{}", '{"__proto__": {"x": 1}}', "p")).toContain('"__proto__"');
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  it.each(["[]", "null", "{", "5"])("refuses %s", (text) => {
    expect(() => mergeJson("{}", text, "here/package.json")).toThrow("here/package.json: ");
  });
});

describe("mergePom", () => {
  const project = (content: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">${content}</project>`;
  const merge = (generated: string, custom: string): string =>
    mergePom(project(generated), project(custom), "pom.xml").replaceAll(/\s*\n\s*/g, "");

  it.each([
    ["adds an element", "<a>1</a>", "<b>2</b>", "<a>1</a><b>2</b>"],
    ["replaces an element whole", "<a><x/></a>", "<a><y/></a>", "<a><y/></a>"],
    [
      "merges properties",
      "<properties><a>1</a><b>1</b></properties>",
      "<properties><b>2</b><c>2</c></properties>",
      "<properties><a>1</a><b>2</b><c>2</c></properties>",
    ],
    [
      "appends dependencies",
      "<dependencies><dependency>1</dependency></dependencies>",
      "<dependencies><dependency>2</dependency></dependencies>",
      "<dependencies><dependency>1</dependency><dependency>2</dependency></dependencies>",
    ],
    [
      "appends plugins and replaces the rest of the build",
      "<build><plugins><plugin>1</plugin></plugins><finalName>a</finalName></build>",
      "<build><finalName>b</finalName><plugins><plugin>2</plugin></plugins></build>",
      "<build><plugins><plugin>1</plugin><plugin>2</plugin></plugins><finalName>b</finalName></build>",
    ],
  ])("%s", (_, generated, custom, expected) => {
    expect(merge(generated, custom)).toContain(`4.0.0">${expected}</project>`);
  });

  it("lays the result out, comments too", () => {
    const text = mergePom(project("<a>1</a>"), project("<b><!-- why --><c>x y</c></b>"), "pom.xml");
    expect(text.split("\n").slice(2)).toEqual([
      "  <a>1</a>",
      "  <b>",
      "    <!-- why -->",
      "    <c>x y</c>",
      "  </b>",
      "</project>",
      "",
    ]);
  });

  it.each([
    "no xml",
    "<project>",
    "<other/>",
    '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><project>&e;</project>',
  ])("refuses %s", (text) => {
    expect(() => mergePom(project(""), text, "here/pom.xml")).toThrow("here/pom.xml: ");
  });
});

describe("-maven and -npm", () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    sandbox.write("kmd/core.kmd.json", { name: "core", version: "7.3.0" });
  });
  afterEach(() => sandbox.remove());
  const generate = (...args: readonly string[]): Run =>
    sandbox.run("-r", "@/kmd", "-c", "@/out", "-lf", ...args);

  it("make packages alone, with what lies beside the KMDs merged in", () => {
    sandbox.write("kmd/pom.xml", "<project><url>here</url></project>");
    sandbox.write("kmd/package.json", { license: "MIT" });
    sandbox.write("kmd/bower.json", { name: "b" });
    const { code, out } = generate("-maven", "-npm");
    expect([code, out.toSorted()]).toEqual([
      0,
      [
        "Generation success",
        ...["README.md", "bower.json", "package.json", "pom.xml"].map(
          (name) => `Processed file:\t@/out/${name}`,
        ),
      ],
    ]);
    expect(sandbox.read("out/pom.xml")).toContain("<url>here</url>");
    expect(JSON.parse(sandbox.read("out/package.json"))).toMatchObject({
      name: "kurento-module-core",
      license: "MIT",
    });
    expect(JSON.parse(sandbox.read("out/bower.json"))).toEqual({ name: "b" });
  });

  it("go with other templates", () => {
    const { out } = generate("-maven", "-it", "client-ts");
    expect(out).toContain("Processed file:\t@/out/pom.xml");
    expect(out).toContain("Processed file:\t@/out/index.ts");
  });

  it("warn of several customisers and take the first", () => {
    sandbox.write("kmd/package.json", { license: "first" });
    sandbox.write("more/core.X.kmd.json", {});
    sandbox.write("more/package.json", { license: "second" });
    const { code, err } = generate("-npm", "-r", "@/more/core.X.kmd.json");
    expect([code, err]).toEqual([
      0,
      ["Warning: several package.json beside the KMDs, only @/kmd/package.json is used"],
    ]);
    expect(sandbox.read("out/package.json")).toContain("first");
  });
});
