import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { compare, countsOf, declarationsOfKmd, declarationsOfTable } from "./api-table.js";
import type { Declaration, Kind, Kmd, ModuleTable } from "./api-table.js";

const packages = fileURLToPath(new URL("../../..", import.meta.url));
const moduleNames = ["core", "elements", "filters"] as const;
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
/** Made from the inventory of the original's interfaces; checked below against what its client was made from. */
const tables = readJson(fileURLToPath(new URL("api-table.json", import.meta.url))) as Readonly<
  Record<string, ModuleTable>
>;
/** The definition of a module, file by file as we wrote it. */
function ours(name: string): Declaration[] {
  const folder = join(packages, name, "kmd");
  return readdirSync(folder).flatMap((file) =>
    declarationsOfKmd(readJson(join(folder, file)) as Kmd),
  );
}
/** The fused model that module-creator made of it, which the server gives to clients. */
const fused = (name: string): Declaration[] =>
  declarationsOfKmd(readJson(join(packages, name, `dist/generated/${name}.kmd.json`)) as Kmd);
const expected = (name: string): Declaration[] =>
  declarationsOfTable(tables[name] ?? { classes: {}, enums: {}, registers: {}, events: {} });

/** The definition inside the package of Kurento's own client. */
function published(name: string): Declaration[] {
  const client = createRequire(import.meta.url).resolve("kurento-client");
  const manifest = createRequire(client).resolve(`kurento-client-${name}/package.json`);
  return declarationsOfKmd(readJson(join(dirname(manifest), `src/${name}.kmd.json`)) as Kmd);
}

/** Names in the first column of the part "In the API" of "Additions". */
function listedAdditions(): string[] {
  const text = readFileSync(join(packages, "server/COMPATIBILITY.md"), "utf8");
  const part = /^### In the API$(.*?)(?=^##)/ms.exec(`${text}\n##`)?.[1] ?? "";
  return [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => name);
}

/** What may be added without a client of the original noticing. */
const addable: readonly Kind[] = ["property", "parameter", "event", "class event", "field"];

/** Why an addition is not one that clients of the original can live with. */
function objections({ kind, name, text, doc }: Declaration): string[] {
  const mayBeAbsent = kind !== "parameter" || text.includes("?");
  return [
    ...(addable.includes(kind) ? [] : [`${name}: a ${kind} cannot be added`]),
    ...(mayBeAbsent ? [] : [`${name}: an added parameter must be optional`]),
    ...(kind === "class event" || /\bSince \d+\.\d+\.\d+\b/.test(doc)
      ? []
      : [`${name}: the KMD does not say since which version`]),
  ];
}

describe("the API", () => {
  it("is counted as in Kurento", () => {
    const counts = countsOf(moduleNames.flatMap(expected));
    const own = countsOf(moduleNames.flatMap((name) => filterKnown(name)));
    console.log(`API: ${JSON.stringify(own)}`);
    expect(counts).toEqual({
      classes: 29,
      methods: 52,
      properties: 40,
      events: 28,
      "complex types": 55,
    });
    expect(own).toEqual(counts);
  });

  it.each(moduleNames)("of %s is Kurento's, by name, type, optionality and default", (name) => {
    const { missing, changed } = compare(expected(name), ours(name));
    expect({ missing, changed }).toEqual({ missing: [], changed: [] });
  });

  it("has additions only that clients need not know, and that say since when", () => {
    const added = moduleNames.flatMap((name) => compare(expected(name), ours(name)).added);
    expect(added.flatMap(objections)).toEqual([]);
    const names = added.filter(({ kind }) => kind !== "class event").map(({ name }) => name);
    expect(listedAdditions().sort()).toEqual(names.sort());
  });
});

// Fusing drops defaults of what is not optional, in Kurento's generator as in ours.
const droppedDefaults = [
  "parameter ServerManager.getUsedCpu(interval): '0 int' should be '0 int = 1000'",
  "property MediaObject.sendTagsInEvents: 'boolean' should be 'boolean = false'",
  "property MediaPipeline.latencyStats: 'boolean' should be 'boolean = false'",
];

describe.each([
  ["the definitions in Kurento's client", published],
  ["the models that module-creator fuses", fused],
])("%s", (_, definition) => {
  it("say what the table says", () => {
    const all = moduleNames.map((name) => compare(expected(name), definition(name)));
    expect(all.flatMap(({ missing }) => missing)).toEqual([]);
    expect(all.flatMap(({ changed }) => changed).sort()).toEqual(droppedDefaults);
  });
});

describe("the table", () => {
  it("leaves out nothing that Kurento's client has", () => {
    const all = moduleNames.map((name) => compare(expected(name), published(name)));
    expect(all.flatMap(({ added }) => added)).toEqual([]);
  });
});

describe("the comparison", () => {
  const one: Kmd = {
    remoteClasses: [
      {
        name: "A",
        constructor: { params: [{ name: "x", type: "int" }] },
        properties: [{ name: "p", type: "int", readOnly: true }],
        methods: [{ name: "m", params: [], return: { type: "String" } }],
        events: ["E"],
      },
    ],
    complexTypes: [{ name: "K", values: ["ONE", "TWO"] }],
    events: [{ name: "E", properties: [{ name: "f", type: "String" }] }],
  };

  it("sees what is missing, changed and added", () => {
    const other: Kmd = {
      remoteClasses: [
        {
          name: "A",
          extends: "B",
          constructor: {
            params: [
              { name: "x", type: "int", optional: true, defaultValue: 1 },
              { name: "y", type: "int" },
            ],
          },
          properties: [{ name: "p", type: "int" }],
        },
      ],
      complexTypes: [{ name: "K", values: ["TWO", "ONE"] }],
      events: [{ name: "E", properties: [{ name: "f", type: "String" }] }],
    };
    const { missing, changed, added } = compare(declarationsOfKmd(one), declarationsOfKmd(other));
    expect(missing).toEqual(["method A.m", "class event A E"]);
    expect(changed).toEqual([
      "class A: 'B' should be ''",
      "parameter A(x): '0 int? = 1' should be '0 int'",
      "property A.p: 'int' should be 'readonly int'",
      "value K.ONE: '1' should be '0'",
      "value K.TWO: '0' should be '1'",
    ]);
    expect(added.flatMap(objections)).toEqual([
      "A(y): an added parameter must be optional",
      "A(y): the KMD does not say since which version",
    ]);
  });
});

function filterKnown(name: string): Declaration[] {
  const known = new Set(expected(name).map((declared) => `${declared.kind} ${declared.name}`));
  return ours(name).filter((declared) => known.has(`${declared.kind} ${declared.name}`));
}
