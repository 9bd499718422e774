import { existsSync, mkdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox, type Run } from "../../test/command-support.js";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write("core.kmd.json", {
    name: "core",
    version: "7.3.0",
    remoteClasses: [
      { name: "Root" },
      {
        name: "WebThing",
        extends: "Root",
        doc: "{{module.name}} */",
        properties: [
          { name: "sizes", type: "int[]" },
          { name: "names", type: "String<>" },
        ],
        methods: [{ name: "find", return: { type: "Root" } }],
      },
    ],
    complexTypes: [
      { name: "Colour", typeFormat: "ENUM", values: ["RED", "BLUE"] },
      { name: "Base", typeFormat: "REGISTER", properties: [{ name: "a", type: "int64" }] },
      {
        name: "Point",
        typeFormat: "REGISTER",
        extends: "Base",
        properties: [{ name: "x", type: "Colour" }],
      },
    ],
    events: [{ name: "Gone" }],
  });
});
afterEach(() => sandbox.remove());

const generate = (...args: readonly string[]): Run =>
  sandbox.run("-r", "@/core.kmd.json", "-t", "@/t", "-c", "@/out", "-lf", ...args);
const failure = (): string | undefined => {
  const { code, err } = generate();
  expect(code).toBe(1);
  expect(existsSync(sandbox.path("out"))).toBe(false);
  return err.at(-1);
};

describe("a user's own templates", () => {
  it("run once for the model or once for each of its things", () => {
    sandbox.write("t/model_list.hbs", "all.txt\n{{module.name}} {{config.by}}\n");
    sandbox.write("t/remoteClass_a.hbs", "classes/{{remoteClass.name}}.txt\n{{> line x=1}}");
    sandbox.write("t/_line.hbs", "{{remoteClass.qualifiedName}};");
    sandbox.write("t/complexType.hbs", "{{complexType.name}}.txt {{complexType.kind}}");
    sandbox.write("t/event_a.hbs", "{{event.name}}.txt");
    sandbox.write("t/notes.txt", "no template");
    sandbox.write("t/config.json", { by: "templates", more: 1 });
    sandbox.write("c.json", { by: "me" });
    const { code, out } = generate("-cf", "@/c.json", "-it", "none");
    expect([code, out]).toEqual([
      0,
      [
        ...["Base", "Point", "Colour", "Gone", "all", "classes/Root", "classes/WebThing"].map(
          (name) => `Processed file:\t@/out/${name}.txt`,
        ),
        "Generation success",
      ],
    ]);
    const texts = ["all", "classes/WebThing", "Colour", "Gone"];
    expect(texts.map((name) => sandbox.read(`out/${name}.txt`))).toEqual([
      "core me\n",
      "kurento.WebThing;",
      "enum",
      "",
    ]);
  });

  it("that show nothing make no file", () => {
    sandbox.write("t/complexType_a.hbs", '{{#if (eq complexType.kind "enum")}}e.txt x{{/if}}');
    expect(generate().out[0]).toBe("Processed file:\t@/out/e.txt");
  });

  it("have helpers for names, types and texts", () => {
    sandbox.write(
      "t/remoteClass_a.hbs",
      `{{#if (eq remoteClass.name "WebThing")}}x.txt
{{camelToUnderscore remoteClass.name}} {{kebabCase remoteClass.name}} {{camelCase remoteClass.name}}
{{#each remoteClass.properties}}{{upperFirst name}} {{javaType type}} {{javaObjectType type}} {{typeName type}};{{/each}}
{{#each remoteClass.methods}}{{javaType returns.type}}{{/each}} {{#each (ancestors remoteClass)}}{{name}}{{/each}}
{{packageToFolder "a.b"}} {{escapeString '"'}} {{json config}}
{{{comment remoteClass.doc}}}{{/if}}`,
    );
    sandbox.write(
      "t/complexType_a.hbs",
      '{{#if (eq complexType.kind "register")}}{{complexType.name}}.txt {{#each (allFields complexType)}}{{name}} {{javaType type}} {{typeName type}};{{/each}}{{/if}}',
    );
    sandbox.write(
      "t/complexType_b.hbs",
      '{{#if (eq complexType.kind "enum")}}e.txt {{join complexType.values "|"}}{{/if}}',
    );
    expect(generate().err).toEqual([]);
    expect(sandbox.read("out/x.txt").split("\n")).toEqual([
      "WEB_THING web-thing webThing",
      "Sizes java.util.List<Integer> java.util.List<Integer> int[];Names java.util.Map<String, String> java.util.Map<String, String> String<>;",
      "Root Root",
      'a/b \\" {}',
      "/** {{module.name}} *\\/ */",
    ]);
    expect([sandbox.read("out/Point.txt"), sandbox.read("out/e.txt")]).toEqual([
      "a long int64;x Colour Colour;",
      "RED|BLUE",
    ]);
  });

  it.each([
    ["leave the output folder", "../x y", "'../x' is no path below the output folder"],
    ["name an absolute path", "/etc/x y", "'/etc/x' is no path below the output folder"],
    ["show what is not there", "x {{module.nme}}", '@/t/model_a.hbs: "nme" not defined'],
    [
      "call what is no helper",
      "x {{shout module.name}}",
      "@/t/model_a.hbs: You specified knownHelpersOnly",
    ],
    ["do not parse", "x {{#if}", "@/t/model_a.hbs: Parse error"],
    ["give a helper no type", "x {{javaType 1}}", "@/t/model_a.hbs: 1 is no type"],
    ["give a helper no list", 'x {{join 1 ","}}', "@/t/model_a.hbs: 1 is no list"],
    ["give a helper no declaration", "x {{ancestors 1}}", "@/t/model_a.hbs: 1 is no declaration"],
  ])("fail when they %s", (_, text, message) => {
    sandbox.write("t/model_a.hbs", text);
    expect(failure()).toContain(message);
  });

  it.each([
    "module.constructor.constructor",
    "module.__proto__.toString",
    "lookup module 'toString'",
  ])("do not reach JavaScript through %s", (expression) => {
    sandbox.write("t/model_a.hbs", `x.txt [{{${expression}}}]`);
    const { code } = generate();
    expect(code === 1 || sandbox.read("out/x.txt") === "[]").toBe(true);
  });

  it("of FreeMarker are told from ours", () => {
    sandbox.write("t/remoteClass_java.ftl", "${remoteClass.name}.java");
    expect(failure()).toBe(
      "@/t/remoteClass_java.ftl: this is a FreeMarker template, expected Handlebars (*.hbs), see the README of the module creator",
    );
  });

  it("must be there and say what they are for", () => {
    mkdirSync(sandbox.path("t"));
    expect(failure()).toBe("@/t: no templates (*.hbs) here");
    sandbox.write("t/toString_a.hbs", "x");
    expect(failure()).toBe(
      "@/t/toString_a.hbs: 'toString' is nothing to loop over, expected a name that begins with model_, remoteClass_, complexType_, event_ or _",
    );
  });
});
