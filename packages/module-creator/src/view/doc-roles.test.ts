import { describe, expect, it } from "vitest";
import { docText } from "./doc-text.js";
import { javadoc } from "./java/doc.js";
import { MarkdownText, codeSpan } from "./markdown/text.js";

const markdown = new MarkdownText((_, name) => (name === "Gone" ? undefined : `${name}.md`));
const written = (doc: string): readonly string[] => [
  docText(doc),
  javadoc(doc).slice("/**\n * ".length, -"\n */".length),
  markdown.block(doc),
];

describe("mark-up of Kurento in documentations", () => {
  it.each<[string, string, string, string]>([
    ["a :rom:cls:`Hub`.", "a {@link Hub}.", "a {@link Hub}.", "a [`Hub`](Hub.md)."],
    [
      "a :rom:ref:`the tag<Tag>`",
      "a {@link Tag | the tag}",
      "a {@link Tag the tag}",
      "a [the tag](Tag.md)",
    ],
    [":rom:enum:`Colour`", "{@link Colour}", "{@link Colour}", "[`Colour`](Colour.md)"],
    [":rom:evt:`Error`", "{@link ErrorEvent}", "{@link ErrorEvent}", "[`Error`](Error.md)"],
    [
      ":rom:attr:`the name<MediaObject.name>`",
      "{@link MediaObject.name | the name}",
      "the name",
      "[the name](MediaObject.name.md)",
    ],
    [":rom:attr:`A.b`", "{@link A.b}", "<code>A.b</code>", "[`A.b`](A.b.md)"],
    [":rom:cls:`Gone`", "{@link Gone}", "{@link Gone}", "`Gone`"],
    [":rom:cls:`no name`", "`no name`", "<code>no name</code>", "[`no name`](no name.md)"],
    [":java:ref:`text<java.util.List>`", "text", "text", "[text](java.util.List.md)"],
    ["``a<b>``", "`a<b>`", "<code>a&#60;b&#62;</code>", "`a<b>`"],
    [
      ":wikipedia:`en,Real-time Transport`",
      "[Real-time Transport](https://en.wikipedia.org/wiki/Real-time_Transport)",
      '<a href="https://en.wikipedia.org/wiki/Real-time_Transport">Real-time Transport</a>',
      "[Real-time Transport](https://en.wikipedia.org/wiki/Real-time_Transport)",
    ],
    [
      ":wikipedia:`evil.com/x?,A`",
      "[A](https://wikipedia.org/wiki/A)",
      '<a href="https://wikipedia.org/wiki/A">A</a>',
      "[A](https://wikipedia.org/wiki/A)",
    ],
    [
      "x\n :author: Me <me@x>",
      "x\nAuthor: Me <me@x>",
      "x\n * @author Me &#60;me&#64;x&#62;",
      "x\nAuthor: Me &lt;me@x>",
    ],
    [":since: 1.2", "@since 1.2", "@since 1.2", "Since: 1.2"],
    [".. note:: Mind.", "Note: Mind.", "<b>Note:</b> Mind.", "**Note:** Mind."],
    [".. todo:: More.", "To do: More.", "<b>To do:</b> More.", "**To do:** More."],
    ["  one\r\n\t two  ", "one\ntwo", "one\n * two", "one\ntwo"],
    [
      "<p>a</p> <script> `<b x>` & {@x} \\u002a/",
      "<p>a</p> <script> `<b x>` & {@x} \\u002a/",
      "<p>a</p> <script> `<b x>` & {&#64;x} &#92;u002a/",
      "<p>a</p> &lt;script> `<b x>` & {@x} \\u002a/",
    ],
  ])("%j", (doc, ...expected) => {
    expect(written(doc)).toEqual(expected);
  });

  it("cannot end a comment of Java, in whatever piece the end comes", () => {
    for (const doc of [
      "*/",
      "*:rom:x:`/`",
      ":rom:x:`*`/",
      "``*/``",
      ":rom:cls:`*/<A>`",
      "\\u002a\\u002f",
    ]) {
      const inside = javadoc(doc).slice(3, -2);
      expect([inside.includes("*/"), inside.includes("\\")]).toEqual([false, false]);
    }
  });

  it("that says nothing makes no comment", () => {
    expect(javadoc(" \n ")).toBe("");
    expect(javadoc("", { params: [{ name: "a", doc: "" }] })).toBe("");
  });

  it("comes with parameters and result", () => {
    const tags = { params: [{ name: "a", doc: "first" }], returns: "what" };
    expect(javadoc("Does.", tags).split("\n")).toEqual([
      ...["/**", " * Does.", " *", " * @param a first", " * @return what", " */"],
    ]);
  });
});

describe("codeSpan", () => {
  it.each([
    ["a", "`a`"],
    ["a`b", "``a`b``"],
    ["`", "`` ` ``"],
    ["``a", "``` ``a ```"],
    ["a\nb", "`a b`"],
  ])("of %j is %s", (text, expected) => {
    expect(codeSpan(text)).toBe(expected);
  });
});
