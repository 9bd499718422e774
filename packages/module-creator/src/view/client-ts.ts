import {
  STOCK_MODULES,
  type EventType,
  type Model,
  type Module,
  type RemoteClass,
} from "../model/types.js";
import { memberDoc } from "./doc-text.js";
import type { FileView } from "./file-view.js";
import { ImportCollector } from "./imports.js";
import { literal } from "./literal.js";
import { camelCase, classFile } from "./names.js";
import { safeMember, safeParameter, safeType } from "./safe-identifier.js";
import {
  constructorSpec,
  creationOf,
  enumSpec,
  eventSpec,
  operationsOf,
  registerSpec,
  type OperationView,
} from "./spec-data.js";
import { fieldText, parameterTexts, resultText, type TypeNamer } from "./type-text.js";
import { docData, eventTypeName, typesData, typesNames } from "./types-view.js";

const GROUP = "client-ts";

/** Members of the client's `RemoteObject` that no operation may hide. */
const RUNTIME_MEMBERS: ReadonlySet<string> = new Set([
  ...["id", "isReleased", "eventMap", "invoke", "on", "off", "events", "release", "then", "toJSON"],
]);

/** Choices of the target from outside the KMD. */
export interface ClientOptions {
  /**
   * Import specifier of the client's public API. Without it the files are for the client itself: a folder
   * named like the module, two levels below the folder that holds `runtime/`.
   */
  readonly runtime?: string | undefined;
}

/** The files of target `client-ts` for a module. */
export function clientTsView(model: Model, options: ClientOptions = {}): readonly FileView[] {
  const { module } = model;
  const context = new ClientContext(model, options);
  return [
    typesFile(context),
    schemaFile(context),
    ...module.classes.map((declared) => classView(declared, context)),
    moduleFile(context),
    indexFile(module),
  ];
}

/** Where generated code finds things. */
class ClientContext {
  readonly module: Module;
  readonly #packages: ReadonlyMap<string, string>;
  readonly #runtime: string | undefined;

  constructor({ module, dependencies }: Model, { runtime }: ClientOptions) {
    this.module = module;
    this.#runtime = runtime;
    this.#packages = new Map(dependencies.map(({ name, code }) => [name, code.api.js.nodeName]));
  }

  get remoteObject(): string {
    return this.#runtime ?? "../../runtime/remote-object.js";
  }

  get schemaTypes(): string {
    return this.#runtime ?? "../../runtime/schema-types.js";
  }

  /** Specifier of a file of a module. */
  locate(module: string, file: string): string {
    if (module === this.module.name) {
      return `./${file}.js`;
    }
    if (this.#runtime === undefined) {
      return `../${module}/${file}.js`;
    }
    return STOCK_MODULES.includes(module) ? this.#runtime : String(this.#packages.get(module));
  }

  namer(imports: ImportCollector, declaredHere = false): TypeNamer {
    return (declaration) => {
      if (declaration.kind === "class") {
        const file = classFile(declaration.name);
        return imports.type(this.locate(declaration.module, file), declaration.name);
      }
      const name = safeType(declaration.name);
      return declaredHere && declaration.module === this.module.name
        ? name
        : imports.type(this.locate(declaration.module, "types"), name);
    };
  }
}

function typesFile(context: ClientContext): FileView {
  const { module } = context;
  const imports = new ImportCollector(typesNames(module));
  const eventNameOf = (event: EventType): string =>
    event.module === module.name
      ? eventTypeName(event)
      : imports.type(context.locate(event.module, "types"), eventTypeName(event));
  const data = typesData(module, { imports, nameOf: context.namer(imports, true), eventNameOf });
  return { path: "types.ts", template: `${GROUP}/types`, data: { module: module.name, ...data } };
}

function schemaFile(context: ClientContext): FileView {
  const { module } = context;
  const imports = new ImportCollector();
  ["EnumSpec", "EventSpec", "RegisterSpec"].forEach((name) =>
    imports.type(context.schemaTypes, name),
  );
  const name = camelCase(module.name);
  const data = {
    module: module.name,
    imports: imports.lines(),
    enumsName: `${name}Enums`,
    enums: module.enums.map((declared) => literal(enumSpec(declared))),
    registersName: `${name}Registers`,
    registers: module.registers.map((declared) => literal(registerSpec(declared))),
    eventsName: `${name}Events`,
    events: module.events.map((event) => literal(eventSpec(event))),
  };
  return { path: "schema.ts", template: `${GROUP}/schema`, data };
}

function classView(declared: RemoteClass, context: ClientContext): FileView {
  const { name, parent } = declared;
  const imports = new ImportCollector([name, `${name}Params`, `${name}Events`]);
  const nameOf = context.namer(imports);
  imports.type(context.schemaTypes, "ClientClassSpec");
  const parentFile = parent && context.locate(parent.module, classFile(parent.name));
  const data = {
    module: context.module.name,
    ...docData(declared.doc),
    name,
    parent:
      parent && parentFile
        ? imports.value(parentFile, parent.name)
        : imports.value(context.remoteObject, "RemoteObject"),
    parentEvents:
      parent && parentFile ? ` extends ${imports.type(parentFile, `${parent.name}Events`)}` : "",
    eventsName: `${name}Events`,
    events: declared.events.map((event) => ({
      text: `readonly ${event.name}: ${imports.type(context.locate(event.module, "types"), eventTypeName(event))}`,
      ...docData(event.doc),
    })),
    spec: literal(classSpec(declared)),
    operations: operationsOf(declared).map((view) => operationData(view, nameOf)),
    ...constructorData(declared, nameOf),
  };
  return {
    path: `${classFile(name)}.ts`,
    template: `${GROUP}/class`,
    data: { ...data, imports: imports.lines() },
  };
}

function classSpec(declared: RemoteClass): object {
  const { name, qualifiedName } = declared;
  return {
    name,
    qualifiedName,
    constructorParams: constructorSpec(declared),
  };
}

function operationData(
  { spec, doc, params, returns, returnDoc, isOverride }: OperationView,
  nameOf: TypeNamer,
): object {
  const texts = parameterTexts(params, nameOf, ({ optional }) => optional);
  const members = params.map(({ name }) => {
    const local = safeParameter(name);
    return local === name ? name : `${name}: ${local}`;
  });
  const comment = memberDoc(doc, params, returnDoc);
  return {
    doc: comment,
    hasDoc: comment !== "",
    signature: `${isOverride ? "override " : ""}${safeMember(spec.name, RUNTIME_MEMBERS)}(${texts.join(", ")}): Promise<${resultText(returns, nameOf)}>`,
    name: JSON.stringify(spec.name),
    values: members.length === 0 ? "{}" : `{ ${members.join(", ")} }`,
    returns: literal(spec.returns),
  };
}

function constructorData(declared: RemoteClass, nameOf: TypeNamer): object {
  const creation = creationOf(declared);
  if (creation === null) {
    return { isCreatable: false, paramsName: "never" };
  }
  return {
    isCreatable: true,
    paramsName: `${declared.name}Params`,
    paramFields: creation.params.map((param) => ({
      text: fieldText(param, nameOf),
      ...docData(param.doc),
    })),
  };
}

function moduleFile(context: ClientContext): FileView {
  const { module } = context;
  const imports = new ImportCollector();
  const name = camelCase(module.name);
  imports.type(context.schemaTypes, "ClientModuleSpec");
  const data = {
    module: module.name,
    constant: `${name}Module`,
    name: JSON.stringify(module.name),
    version: JSON.stringify(module.version),
    wireModule: JSON.stringify(module.wireModule),
    classes: module.classes.map((declared) =>
      imports.value(`./${classFile(declared.name)}.js`, declared.name),
    ),
    enums: imports.value("./schema.js", `${name}Enums`),
    registers: imports.value("./schema.js", `${name}Registers`),
    events: imports.value("./schema.js", `${name}Events`),
    imports: imports.lines(),
  };
  return { path: "module.ts", template: `${GROUP}/module`, data };
}

function indexFile(module: Module): FileView {
  const files = ["types", "schema", ...module.classes.map(({ name }) => classFile(name)), "module"];
  return {
    path: "index.ts",
    template: `${GROUP}/index`,
    data: { module: module.name, files: files.toSorted() },
  };
}
