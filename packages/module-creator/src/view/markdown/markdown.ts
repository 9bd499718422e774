import {
  ancestors,
  type EventType,
  type Item,
  type Model,
  type Property,
  type RegisterType,
  type RemoteClass,
} from "../../model/types.js";
import type { FileView } from "../file-view.js";
import { FOLDERS, Links, type Paged } from "./links.js";
import { MarkdownText, cell, codeSpan } from "./text.js";

const GROUP = "markdown";

/** The files of target `markdown`: the reference of a module, a page for each declaration and an index. */
export function markdownView(model: Model): readonly FileView[] {
  const { classes, registers, enums, events } = model.module;
  const links = new Links(model, "../");
  const context: PageContext = { links, text: new MarkdownText(links.find), model };
  const page = (
    template: string,
    declared: Paged & { readonly doc: string },
    data: object,
  ): FileView => ({
    path: `${FOLDERS[declared.kind]}/${declared.name}.md`,
    template: `${GROUP}/${template}`,
    data: {
      module: model.module.name,
      name: declared.name,
      doc: context.text.block(declared.doc),
      ...data,
    },
  });
  return [
    indexFile(model),
    ...classes.map((each) => page("class", each, classData(each, context))),
    ...registers.map((each) => page("fields", each, fieldsData(each, "Register", context))),
    ...events.map((each) => page("fields", each, fieldsData(each, "Event", context))),
    ...enums.map((each) => page("enum", each, { values: each.values.map(codeSpan) })),
  ];
}

interface PageContext {
  readonly links: Links;
  readonly text: MarkdownText;
  readonly model: Model;
}

function indexFile(model: Model): FileView {
  const { module } = model;
  const links = new Links(model, "");
  const text = new MarkdownText(links.find);
  const section = (
    title: string,
    declared: readonly (Paged & { readonly doc: string })[],
  ): object => ({
    title,
    isFilled: declared.length > 0,
    rows: declared.map((each) => ({
      link: links.to(each),
      doc: cell(firstSentence(text.block(each.doc))),
    })),
  });
  const data = {
    name: module.name,
    version: module.version,
    imports: module.imports.map(
      ({ name, version }) => `[${name}](../${name}/README.md) ${codeSpan(version)}`,
    ),
    hasImports: module.imports.length > 0,
    sections: [
      section("Classes", module.classes),
      section("Registers", module.registers),
      section("Enumerations", module.enums),
      section("Events", module.events),
    ],
  };
  return { path: "README.md", template: `${GROUP}/index`, data };
}

/** Up to the first full stop that ends a line or comes before a space. */
function firstSentence(text: string): string {
  return /^[^]*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}

function classData(declared: RemoteClass, context: PageContext): object {
  const { links, text } = context;
  const { abstract, constructorOf, properties, methods, events } = declared;
  const params = constructorOf?.params ?? [];
  const isCreatable = constructorOf !== null && !abstract;
  return {
    kind: abstract ? "Abstract class" : "Class",
    ...lineage(declared, context),
    isCreatable,
    constructorDoc: text.block(constructorOf?.doc ?? ""),
    hasParams: isCreatable && params.length > 0,
    params: params.map((param) => itemData(param, context)),
    hasProperties: properties.length > 0,
    properties: properties.map((property) => propertyData(property, context)),
    hasMethods: methods.length > 0,
    methods: methods.map((method) => ({
      name: method.name,
      signature: codeSpan(signature(method.params)),
      doc: text.block(method.doc),
      hasParams: method.params.length > 0,
      params: method.params.map((param) => itemData(param, context)),
      hasResult: method.returns !== null,
      result: method.returns === null ? "" : links.type(method.returns.type),
      resultDoc: text.block(method.returns?.doc ?? ""),
    })),
    hasEvents: events.length > 0,
    events: events.map((event) => ({ link: links.to(event), doc: text.cell(event.doc) })),
  };
}

/** Optional parameters stand between brackets. */
function signature(params: readonly Item[]): string {
  return `(${params.map(({ name, optional }) => (optional ? `[${name}]` : name)).join(", ")})`;
}

function fieldsData(
  declared: RegisterType | EventType,
  kind: string,
  context: PageContext,
): object {
  const { fields } = declared;
  return {
    kind,
    ...lineage(declared, context),
    hasFields: fields.length > 0,
    fields: fields.map((field) => itemData(field, context)),
  };
}

interface Level extends Paged {
  readonly parent: Level | null;
}

/** What a declaration extends, and what of its module extends it. */
function lineage(declared: Level, { links, model }: PageContext): object {
  const { classes, registers, events } = model.module;
  const all: readonly Level[] = [...classes, ...registers, ...events];
  const above = ancestors(declared).map((level) => links.to(level));
  const below = all.filter(({ parent }) => parent === declared).map((level) => links.to(level));
  return {
    hasParent: above.length > 0,
    ancestors: above.join(" → "),
    hasChildren: below.length > 0,
    children: below.join(", "),
  };
}

function itemData(
  { name, doc, type, optional, defaultValue }: Item,
  { links, text }: PageContext,
): object {
  const note = defaultValue === undefined ? "optional" : codeSpan(JSON.stringify(defaultValue));
  return {
    name: codeSpan(name),
    type: cell(links.type(type)),
    presence: optional ? cell(note) : "required",
    doc: text.cell(doc),
  };
}

function propertyData(
  { name, doc, type, readOnly }: Property,
  { links, text }: PageContext,
): object {
  return {
    name,
    type: links.type(type),
    access: readOnly ? "read only" : "read and write",
    doc: text.block(doc),
  };
}
