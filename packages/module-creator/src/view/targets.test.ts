import { describe, expect, it } from "vitest";
import { CORE, STOCK, file, stock, type Json } from "../../test/model-support.js";
import { generate } from "../generate.js";
import type { KmdText } from "../kmd/read.js";
import { loadModel } from "../model/load.js";
import { clientJavaView } from "./java/client-java.js";
import { Links } from "./markdown/links.js";

const HEAD = { name: "mine", version: "1.0.0", kurentoVersion: "^7.0.0" };

function textOf(
  target: string,
  path: string,
  content: Json = {},
  dependencies: readonly KmdText[] = STOCK,
): string {
  const files = [file("mine", { ...HEAD, ...content })];
  const found = generate({ files, dependencies, target }).find((made) => made.path === path);
  return found?.text ?? "no such file";
}

describe("pom.xml", () => {
  const kmdOnly = { code: { kmd: { java: { mavenArtifactId: "mine-api" } } } };
  const core = stock("core", { code: { kmd: { java: { mavenArtifactId: "core-api" } } } });
  const stocks = [core, stock("elements"), stock("filters")];
  const artifacts = (pom: string): readonly (string | undefined)[] =>
    [...pom.matchAll(/<artifactId>(.*)<\/artifactId>/g)].map(([, name]) => name);

  it("needs the artifacts with code of all but what is in the client", () => {
    expect(artifacts(textOf("client-java", "pom.xml", kmdOnly, stocks))).toEqual(["mine", "core"]);
    expect(artifacts(textOf("maven", "pom.xml"))).toEqual(["mine", "core", "kurento-maven-plugin"]);
  });

  it("needs the KMD artifacts of all where the module's own holds only the KMD", () => {
    expect(artifacts(textOf("maven", "pom.xml", kmdOnly, stocks))).toEqual([
      ...["mine-api", "core-api", "elements", "filters", "kurento-maven-plugin"],
    ]);
  });

  it("has no dependencies without imports", () => {
    const files = [CORE];
    const [pom] = generate({ files, dependencies: [], target: "maven" });
    expect(pom?.text).not.toContain("<dependencies>");
  });

  it("needs only what is imported directly", () => {
    const far = file("far", { ...HEAD, name: "far" });
    const near = file("near", {
      ...HEAD,
      name: "near",
      imports: [{ name: "far", version: "1.0.0" }],
    });
    const content = { imports: [{ name: "near", version: ">=1.0.0" }] };
    const pom = textOf("maven", "pom.xml", content, [...STOCK, far, near]);
    expect(artifacts(pom)).toEqual(["mine", "core", "near", "kurento-maven-plugin"]);
    expect(pom).toContain("<version>[1.0.0,)</version>");
  });
});

describe("client-cpp", () => {
  it("needs no headers of its own for a module without classes", () => {
    const withClass = textOf("client-cpp", "classes.hpp", { remoteClasses: [{ name: "A" }] });
    const without = textOf("client-cpp", "classes.hpp");
    expect([withClass.includes("mine/enums.hpp"), without.includes("mine/enums.hpp")]).toEqual([
      true,
      false,
    ]);
  });
});

describe("package.json", () => {
  it("names the repository and the packages of imports", () => {
    const other = file("other", { ...HEAD, name: "other" });
    const content = {
      code: { api: { js: { npmGit: "git://mine" } } },
      imports: [{ name: "other", version: "^1.0.0" }],
    };
    const text = textOf("npm", "package.json", content, [...STOCK, other]);
    expect(JSON.parse(text)).toMatchObject({
      repository: { type: "git", url: "git://mine" },
      dependencies: { "@kms/client": ">=7.0.0 <8.0.0", "kurento-module-other": ">=1.0.0 <2.0.0" },
    });
  });
});

describe("client-java", () => {
  const model = (name: string, more: Json = {}) => {
    const content = { ...more, remoteClasses: [{ name: "A", methods: [METHOD] }] };
    return loadModel(
      [name === "mine" ? file(name, { ...HEAD, ...content }) : stock(name, content)],
      STOCK,
    );
  };
  const METHOD = {
    name: "m",
    params: [
      { name: "a", type: "int" },
      { name: "b", type: "int", optional: true },
    ],
  };

  it("has overloads for optional parameters if it is to", () => {
    const count = (expandsMethods?: boolean): number => {
      const options = expandsMethods === undefined ? {} : { expandsMethods };
      const views = clientJavaView(model("mine"), options);
      const methods: unknown = views.find(({ path }) => path.endsWith("/A.java"))?.data["methods"];
      return Array.isArray(methods) ? methods.length : -1;
    };
    expect([count(), count(true), count(false)]).toEqual([6, 6, 3]);
  });

  it("tells the client of the package, once for the stock modules", () => {
    const infos = (name: string): readonly string[] =>
      clientJavaView(model(name), {})
        .map(({ path }) => path)
        .filter((path) => path.endsWith("ModuleInfo.java"));
    const folder = "src/main/java/org/kurento/module";
    expect(["core", "elements", "mine"].map(infos)).toEqual([
      [`${folder}/KurentoModuleInfo.java`],
      [],
      [`${folder}/MineModuleInfo.java`],
    ]);
  });
});

describe("links of the reference", () => {
  const links = new Links(
    loadModel(
      [
        file("mine", {
          ...HEAD,
          remoteClasses: [{ name: "A" }],
          complexTypes: [{ name: "T", typeFormat: "ENUM", values: ["x"] }],
          events: [{ name: "A" }],
        }),
      ],
      STOCK,
    ),
    "../",
  );

  it.each([
    ["class", "A", "../classes/A.md"],
    ["class", "mine.A", "../classes/A.md"],
    ["class", "Thing", "../../core/classes/Thing.md"],
    ["type", "T", "../enums/T.md"],
    ["event", "A", "../events/A.md"],
    ["event", "Base", "../../core/events/Base.md"],
    ["member", "A.doIt", "../classes/A.md#doit"],
    ["member", "A", "../classes/A.md"],
    ["member", "None.doIt", undefined],
    ["other", "None", undefined],
  ] as const)("to %s %s lead to %s", (kind, name, path) => {
    expect(links.find(kind, name)).toBe(path);
  });
});
