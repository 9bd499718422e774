import type { Item, Module, RemoteClass, Type } from "../model/types.js";
import { cppIdentifier, type CppNames } from "./cpp-names.js";
import { cppString } from "./cpp-type.js";
import { docText } from "./doc-text.js";
import type { FileView } from "./file-view.js";
import { constructorSpec, operationsOf } from "./spec-data.js";

/** `schema.hpp` and `schema.cpp`: the module's classes as tables, for tools that know them only at run time. */
export function cppSchemaFiles(module: Module, names: CppNames): readonly FileView[] {
  const data = {
    module: module.name,
    namespace: `${names.namespaceOf(module.name)}::${cppIdentifier(module.name)}_schema`,
    header: names.header(module.name, "schema.hpp"),
    name: cppString(module.name),
    version: cppString(module.version),
    classes: module.classes.map(classData),
  };
  return ["schema.hpp", "schema.cpp"].map((file) => ({
    path: file,
    template: `client-cpp/${file.replace(".", "-")}`,
    data,
  }));
}

function classData(declared: RemoteClass): object {
  const { name, qualifiedName, parent, constructorOf, events, doc } = declared;
  const isCreatable = constructorSpec(declared) !== null;
  return {
    name: cppString(name),
    qualifiedName: cppString(qualifiedName),
    parent: cppString(parent?.qualifiedName ?? ""),
    doc: cppString(firstSentence(doc)),
    isCreatable: String(isCreatable),
    params: isCreatable && constructorOf !== null ? constructorOf.params.map(paramText) : [],
    operations: operationsOf(declared).map((view) => ({
      name: cppString(view.spec.name),
      doc: cppString(firstSentence(view.doc)),
      returns: cppString(view.returns === null ? "void" : typeName(view.returns)),
      params: view.params.map(paramText),
    })),
    events: events.map((event) => cppString(event.name)),
  };
}

function paramText({ name, type, optional }: Item): string {
  const isText = type.kind === "enum" || type.kind === "object" || isString(type);
  return `{${cppString(name)}, ${cppString(typeName(type))}, ${String(isText)}, ${String(optional)}}`;
}

function isString(type: Type): boolean {
  return type.kind === "primitive" && type.name === "String";
}

/** As in a KMD: `String`, `kurento.Tag[]`, `String<>`. */
function typeName(type: Type): string {
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "list":
      return `${typeName(type.of)}[]`;
    case "map":
      return `${typeName(type.of)}<>`;
    default:
      return type.declaration.qualifiedName;
  }
}

function firstSentence(doc: string): string {
  const text = docText(doc).replaceAll(/\s+/g, " ");
  return /^.*?[.!](?= |$)/.exec(text)?.[0] ?? text;
}
