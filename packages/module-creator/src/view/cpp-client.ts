import type {
  EventType,
  Item,
  Model,
  Module,
  RegisterType,
  RemoteClass,
  Type,
} from "../model/types.js";
import { cppIdentifier, CppNames, cppMember } from "./cpp-names.js";
import { cppSchemaFiles } from "./cpp-schema.js";
import { cppString, cppType, type ObjectText } from "./cpp-type.js";
import {
  cppDoc,
  cppTypeFiles,
  forwardsOf,
  infoData,
  structData,
  typeIncludes,
} from "./cpp-types.js";
import { memberDoc } from "./doc-text.js";
import type { FileView } from "./file-view.js";
import { constructorSpec, operationsOf, type OperationView } from "./spec-data.js";
import { eventTypeName } from "./types-view.js";

const GROUP = "client-cpp";

/** Members of the client's `RemoteObject` that no operation may hide. */
const RUNTIME_MEMBERS: ReadonlySet<string> = new Set([
  ...["id", "session", "release", "create", "invoke", "subscribe", "kType", "Params"],
]);

/** Types that are passed by value. */
const BY_VALUE: ReadonlySet<string> = new Set(["boolean", "int", "int64", "float", "double"]);

/** In results an object is a handle. */
const handleText: ObjectText = (name) => name;

/** The files of target `client-cpp` for a module, for a folder `kms/client/<module>`: typed handles of remote objects, and a table of what there is. */
export function clientCppView(model: Model): readonly FileView[] {
  const names = new CppNames(model, { folder: "kms/client", namespaceSuffix: "::client" });
  const view = new ClientView(model, names);
  return [
    ...cppTypeFiles(model.module, names),
    view.eventsFile(),
    view.classesFile("classes.hpp"),
    view.classesFile("classes.cpp"),
    ...cppSchemaFiles(model.module, names),
  ];
}

class ClientView {
  readonly #module: Module;
  readonly #names: CppNames;
  readonly #extended: ReadonlySet<RegisterType>;

  constructor({ module, dependencies }: Model, names: CppNames) {
    this.#module = module;
    this.#names = names;
    const registers = [module, ...dependencies].flatMap((one) => one.registers);
    this.#extended = new Set(registers.flatMap(({ parent }) => (parent === null ? [] : [parent])));
  }

  eventsFile(): FileView {
    const names = this.#names;
    const { events } = this.#module;
    const data = {
      ...this.#head(),
      includes: typeIncludes(this.#module, events, names, "events.hpp"),
      forwards: forwardsOf(events, names),
      events: inOrder(events).map((event) => {
        const name = eventStruct(event);
        const parent = event.parent && this.#event(event.parent);
        return {
          ...structData(event, name, names, () => "inside"),
          ...infoData(event, name, names),
          parent: parent === null ? "" : ` : ${parent}`,
          parentInfo: parent === null ? [] : [parent],
        };
      }),
    };
    return { path: "events.hpp", template: `${GROUP}/events`, data };
  }

  classesFile(file: "classes.hpp" | "classes.cpp"): FileView {
    const classes = inOrder(this.#module.classes).map((declared) => this.#class(declared));
    const data = { ...this.#head(), includes: this.#classIncludes(), classes };
    return { path: file, template: `${GROUP}/${file.replace(".", "-")}`, data };
  }

  #head(): { readonly module: string; readonly namespace: string; readonly folder: string } {
    const { name } = this.#module;
    return {
      module: name,
      namespace: this.#names.namespaceOf(name),
      folder: this.#names.header(name, "").slice(0, -1),
    };
  }

  /** What declares ancestors, and what operations and constructors take and give. */
  #classIncludes(): readonly string[] {
    const { classes, imports, name } = this.#module;
    const others = new Set(imports.map((one) => one.name));
    const files = ["classes.hpp", "enums.hpp", "events.hpp", "registers.hpp"];
    const own =
      classes.length === 0 ? [] : files.slice(1).map((file) => this.#names.header(name, file));
    const imported = [...others].flatMap((other) => this.#names.header(other, "classes.hpp"));
    return [...imported, ...own].toSorted();
  }

  #class(declared: RemoteClass): object {
    const { name, parent, doc, qualifiedName, constructorOf } = declared;
    const cppName = cppIdentifier(name);
    const taken = new Set([...RUNTIME_MEMBERS, cppName]);
    const parentName =
      parent === null ? "::kms::client::RemoteObject" : this.#names.qualified(parent);
    const isCreatable = constructorSpec(declared) !== null;
    const params: readonly Item[] =
      isCreatable && constructorOf !== null ? constructorOf.params : [];
    return {
      ...cppDoc(doc),
      name: cppName,
      parent: parentName,
      parentConstructor: `${parentName}::${parentName.slice(parentName.lastIndexOf(":") + 1)}`,
      type: cppString(qualifiedName),
      isCreatable,
      hasDefaults: isCreatable && params.every(({ optional }) => optional),
      paramsName: `${cppName}Params`,
      params: params.map((param) => this.#constructorParam(param, `${cppName}Params`)),
      operations: operationsOf(declared).map((view) => this.#operation(view, taken)),
      events: declared.events.map((event) => this.#eventHandler(event)),
    };
  }

  #constructorParam(param: Item, owner: string): object {
    const name = cppMember(param.name, owner);
    const type = cppType(param.type, this.#names, handleText);
    return {
      ...cppDoc(param.doc),
      key: cppString(param.name),
      name,
      text: `${param.optional ? `std::optional<${type}>` : type} ${name}${isHandle(param) ? "" : "{}"}`,
    };
  }

  #operation(view: OperationView, taken: ReadonlySet<string>): object {
    const { spec, doc, params, returns, returnDoc } = view;
    const comment = memberDoc(doc, params, returnDoc).replaceAll("/*", "/ *");
    const texts = params.map((param) => this.#parameter(param));
    const firstDefault = params.findLastIndex(({ optional }) => !optional) + 1;
    return {
      doc: comment,
      hasDoc: comment !== "",
      name: cppMember(spec.name, "", taken),
      key: cppString(spec.name),
      result: this.#result(returns),
      declared: texts
        .map(({ text, none }, index) => (index < firstDefault ? text : `${text} = ${none}`))
        .join(", "),
      defined: texts.map(({ text }) => text).join(", "),
      arguments: params.map(({ name }) => ({ key: cppString(name), name: cppMember(name, "") })),
    };
  }

  /** An optional handle is a pointer: its class may not be defined yet where a default argument is. */
  #parameter({ name, type, optional }: Item): { readonly text: string; readonly none: string } {
    const text = cppType(type, this.#names, handleText);
    const local = cppMember(name, "");
    if (optional && type.kind === "object") {
      return { text: `const ${text}* ${local}`, none: "nullptr" };
    }
    const isByValue =
      type.kind === "enum" || (type.kind === "primitive" && BY_VALUE.has(type.name));
    const whole = optional ? `std::optional<${text}>` : text;
    return {
      text: isByValue ? `${whole} ${local}` : `const ${whole}& ${local}`,
      none: "std::nullopt",
    };
  }

  /** Objects may be null; a register that others extend may come as one of these. */
  #result(type: Type | null): string {
    if (type === null) {
      return "void";
    }
    const text = this.#resultType(type);
    return type.kind === "object" ? `std::optional<${text}>` : text;
  }

  #resultType(type: Type): string {
    switch (type.kind) {
      case "list":
        return `std::vector<${this.#resultType(type.of)}>`;
      case "map":
        return `std::map<std::string, ${this.#resultType(type.of)}>`;
      case "register": {
        const text = cppType(type, this.#names);
        return this.#extended.has(type.declaration) ? `::kms::client::Polymorphic<${text}>` : text;
      }
      default:
        return cppType(type, this.#names, handleText);
    }
  }

  #eventHandler(event: EventType): object {
    return {
      ...cppDoc(event.doc),
      method: `on${event.name}`,
      key: cppString(event.name),
      type: this.#event(event),
    };
  }

  #event(event: EventType): string {
    return this.#names.qualified({ module: event.module, name: eventStruct(event) });
  }
}

function isHandle({ type, optional }: Item): boolean {
  return type.kind === "object" && !optional;
}

function eventStruct(event: EventType): string {
  return cppIdentifier(eventTypeName(event));
}

/** Parents before those that extend them. */
function inOrder<T extends { readonly parent: T | null }>(
  declarations: readonly T[],
): readonly T[] {
  const ordered = new Set<T>();
  const add = (declared: T): void => {
    if (declared.parent !== null && declarations.includes(declared.parent)) {
      add(declared.parent);
    }
    ordered.add(declared);
  };
  declarations.forEach(add);
  return [...ordered];
}
