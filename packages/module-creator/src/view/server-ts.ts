import {
  ancestors,
  allFields,
  type EventType,
  type Item,
  type Model,
  type Module,
  type RemoteClass,
} from "../model/types.js";
import { memberDoc } from "./doc-text.js";
import type { FileView } from "./file-view.js";
import { ImportCollector } from "./imports.js";
import { literal } from "./literal.js";
import { manifestOf } from "./manifest.js";
import { camelCase, classFile, kebabCase } from "./names.js";
import { safeMember, safeType } from "./safe-identifier.js";
import {
  creationOf,
  enumSpec,
  eventSpec,
  operationsOf,
  paramSpec,
  registerSpec,
  type OperationView,
} from "./spec-data.js";
import { fieldText, parameterTexts, resultText, typeText, type TypeNamer } from "./type-text.js";
import { docData, eventTypeName, typesData, typesNames } from "./types-view.js";

/** Choices of the target from outside the KMD. */
export interface ServerOptions {
  /** Import specifier of core's public API for all modules but core itself; default `@kms/core`. */
  readonly runtime?: string | undefined;
}

/** Members of `RemoteObject` that no operation may hide. */
const RUNTIME_MEMBERS: ReadonlySet<string> = new Set(["id", "spec", "raise", "eventTags"]);
/** What raises an event is called so; no operation may be. */
const EMITTER = /^emit[A-Z]/;

/** Events whose fields the runtime fills, not the class that raises them. */
const RUNTIME_EVENTS: ReadonlySet<string> = new Set(["kurento.RaiseBase", "kurento.Media"]);

const GROUP = "server-ts";

/** The files of target `server-ts` for a module. */
export function serverTsView({ module }: Model, options: ServerOptions): readonly FileView[] {
  const context = new ServerContext(module, options);
  return [
    typesFile(module, context),
    schemaFile(module, context),
    ...module.classes.map((declared) => classView(declared, context)),
    moduleFile(module, context),
    manifestFile(module, context),
    indexFile(module),
    { path: "manifest.json", template: `${GROUP}/json`, data: { text: json(manifestOf(module)) } },
    {
      path: `${module.name}.kmd.json`,
      template: `${GROUP}/json`,
      data: { text: json(module.definition) },
    },
  ];
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** Where generated code finds things: in its own module, in core, in other modules. */
class ServerContext {
  readonly module: Module;
  readonly #runtime: string;

  constructor(module: Module, { runtime = "@kms/core" }: ServerOptions) {
    this.module = module;
    this.#runtime = runtime;
  }

  /** Specifier of the tables' types. */
  get schemaTypes(): string {
    return this.module.name === "core" ? "../model/schema-types.js" : this.#runtime;
  }

  get manifestTypes(): string {
    return this.module.name === "core" ? "../model/manifest-types.js" : this.#runtime;
  }

  /** Specifier of the class that the root of the hierarchy extends. */
  get remoteObject(): string {
    return this.module.name === "core" ? "../model/remote-object.js" : this.#runtime;
  }

  /** Specifier of something in `file` of a module. */
  locate(module: string, file: string): string {
    if (module === this.module.name) {
      return file;
    }
    return module === "core" ? this.#runtime : `@kms/${module}`;
  }

  namer(imports: ImportCollector, declaredHere = false): TypeNamer {
    return (declaration) => {
      if (declaration.kind === "class") {
        return imports.type(
          this.locate(declaration.module, objectFile(declaration)),
          declaration.name,
        );
      }
      const name = safeType(declaration.name);
      return declaredHere && declaration.module === this.module.name
        ? name
        : imports.type(this.locate(declaration.module, "./types.js"), name);
    };
  }
}

function objectFile({ name }: RemoteClass): string {
  return `../objects/${kebabCase(name)}.js`;
}

function baseFile({ name }: RemoteClass): string {
  return `./${classFile(name)}.js`;
}

function specName({ name }: RemoteClass): string {
  return `${camelCase(name)}Spec`;
}

function eventConstant({ name }: EventType): string {
  return `${camelCase(name)}Event`;
}

function typesFile(module: Module, context: ServerContext): FileView {
  const imports = new ImportCollector(typesNames(module));
  const data = typesData(module, {
    imports,
    nameOf: context.namer(imports, true),
    eventNameOf: (event) =>
      event.module === module.name
        ? eventTypeName(event)
        : imports.type(context.locate(event.module, "./types.js"), eventTypeName(event)),
  });
  return { path: "types.ts", template: `${GROUP}/types`, data: { module: module.name, ...data } };
}

function schemaFile(module: Module, context: ServerContext): FileView {
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
    events: module.events.map((event) => ({
      constant: eventConstant(event),
      literal: literal(eventSpec(event)),
    })),
    eventsName: `${name}Events`,
  };
  return { path: "schema.ts", template: `${GROUP}/schema`, data };
}

function classView(declared: RemoteClass, context: ServerContext): FileView {
  const { name } = declared;
  const baseName = `${name}Base`;
  const imports = new ImportCollector([baseName, `${name}Params`, specName(declared)]);
  const nameOf = context.namer(imports);
  ["ClassSpec", "OperationTable"].forEach((type) => imports.type(context.schemaTypes, type));
  const operations = operationsOf(declared).map((view) =>
    operationData(view, context, imports, nameOf),
  );
  const data = {
    module: context.module.name,
    ...docData(declared.doc),
    name,
    baseName,
    parent: parentName(declared, context, imports),
    specName: specName(declared),
    parentSpec: parentSpec(declared, context, imports),
    qualifiedName: JSON.stringify(declared.qualifiedName),
    isAbstract: String(declared.abstract),
    operations,
    operationsName: `${camelCase(name)}Operations`,
    events: declared.events.map((event) => emitterData(event, context, imports, nameOf)),
    eventNames: literal(declared.events.map((event) => event.name)),
    ...constructorData(declared, context, imports, nameOf),
  };
  return {
    path: `${classFile(name)}.ts`,
    template: `${GROUP}/class`,
    data: { ...data, imports: imports.lines() },
  };
}

function parentName(
  { parent }: RemoteClass,
  context: ServerContext,
  imports: ImportCollector,
): string {
  return parent === null
    ? imports.value(context.remoteObject, "RemoteObject")
    : imports.value(context.locate(parent.module, objectFile(parent)), parent.name);
}

function parentSpec(
  { parent }: RemoteClass,
  context: ServerContext,
  imports: ImportCollector,
): string {
  return parent === null
    ? "null"
    : imports.value(context.locate(parent.module, baseFile(parent)), specName(parent));
}

function operationData(
  { spec, doc, params, returns, returnDoc, isOverride }: OperationView,
  context: ServerContext,
  imports: ImportCollector,
  nameOf: TypeNamer,
): object {
  const member = memberName(spec.name);
  const promise = imports.type(context.schemaTypes, "MaybePromise");
  const texts = parameterTexts(params, nameOf, isAbsentInServer);
  const args = params.map((param, index) => {
    const text = typeText(param.type, nameOf);
    return `args[${index}] as ${isAbsentInServer(param) ? `${text} | undefined` : text}`;
  });
  const comment = memberDoc(doc, params, returnDoc);
  return {
    doc: comment,
    hasDoc: comment !== "",
    signature: `abstract ${isOverride ? "override " : ""}${member}(${texts.join(", ")}): ${promise}<${resultText(returns, nameOf)}>`,
    key: spec.name,
    name: JSON.stringify(spec.name),
    kind: JSON.stringify(spec.kind),
    params: literal(spec.params),
    returns: literal(spec.returns),
    call: `(${args.length === 0 ? "self" : "self, args"}) => self.${member}(${args.join(", ")})`,
  };
}

function memberName(operation: string): string {
  return EMITTER.test(operation) ? `${operation}_` : safeMember(operation, RUNTIME_MEMBERS);
}

/** The decoder fills in defaults, so the server sees an optional parameter absent only without one. */
function isAbsentInServer({ optional, defaultValue }: Item): boolean {
  return optional && defaultValue === undefined;
}

function emitterData(
  event: EventType,
  context: ServerContext,
  imports: ImportCollector,
  nameOf: TypeNamer,
): object {
  const fields = payloadFields(event).map((field) => fieldText(field, nameOf));
  return {
    ...docData(event.doc),
    method: `emit${event.name}`,
    parameter: fields.length === 0 ? "" : `data: { ${fields.join("; ")} }`,
    constant: imports.value(context.locate(event.module, "./schema.js"), eventConstant(event)),
    argument: fields.length === 0 ? "{}" : "data",
  };
}

/** The fields that the raising class gives. */
function payloadFields(event: EventType): readonly Item[] {
  const levels = [event, ...ancestors(event)].filter(
    ({ qualifiedName }) => !RUNTIME_EVENTS.has(qualifiedName),
  );
  const own = new Set(levels.flatMap(({ fields }) => fields));
  return allFields(event).filter((field) => own.has(field));
}

function constructorData(
  declared: RemoteClass,
  context: ServerContext,
  imports: ImportCollector,
  nameOf: TypeNamer,
): object {
  const creation = creationOf(declared);
  const name = `${camelCase(declared.name)}Constructor`;
  if (creation === null) {
    return { isCreatable: false, constructorReference: "null" };
  }
  imports.type(context.schemaTypes, "ParamSpec");
  return {
    isCreatable: true,
    constructorName: name,
    constructorReference: name,
    constructorParams: creation.params.map((param) => literal(paramSpec(param))),
    paramsName: `${declared.name}Params`,
    paramFields: creation.params.map((param) => ({
      text: fieldText(param, nameOf, isAbsentInServer(param)),
      ...docData(param.doc),
    })),
  };
}

function moduleFile(module: Module, context: ServerContext): FileView {
  const imports = new ImportCollector();
  const name = camelCase(module.name);
  imports.type(context.schemaTypes, "ModuleSpec");
  const data = {
    module: module.name,
    constant: `${name}Module`,
    name: JSON.stringify(module.name),
    version: JSON.stringify(module.version),
    wireModule: JSON.stringify(module.wireModule),
    classes: module.classes.map((declared) =>
      imports.value(baseFile(declared), specName(declared)),
    ),
    enums: imports.value("./schema.js", `${name}Enums`),
    registers: imports.value("./schema.js", `${name}Registers`),
    events: imports.value("./schema.js", `${name}Events`),
    imports: imports.lines(),
  };
  return { path: "module.ts", template: `${GROUP}/module`, data };
}

function manifestFile(module: Module, context: ServerContext): FileView {
  const imports = new ImportCollector();
  imports.type(context.manifestTypes, "ModuleManifest");
  const data = {
    module: module.name,
    imports: imports.lines(),
    text: json(manifestOf(module)),
  };
  return { path: "manifest.ts", template: `${GROUP}/manifest`, data };
}

function indexFile(module: Module): FileView {
  const files = [
    "types",
    "schema",
    ...module.classes.map(({ name }) => classFile(name)),
    "module",
    "manifest",
  ];
  return {
    path: "index.ts",
    template: `${GROUP}/index`,
    data: { module: module.name, files: files.toSorted() },
  };
}
