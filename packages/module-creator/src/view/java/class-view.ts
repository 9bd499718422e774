import type { EventType, Item, RemoteClass, Type } from "../../model/types.js";
import { upperFirst } from "../names.js";
import { operationsOf, type OperationView } from "../spec-data.js";
import { javadoc } from "./doc.js";
import { javaIdentifier, javaMethod, javaObjectType, javaType, type JavaNames } from "./names.js";

const PARAM = "@org.kurento.client.internal.server.Param";

/** Data of the template of a class. */
export function classData(
  declared: RemoteClass,
  names: JavaNames,
  expandsMethods: boolean,
): Readonly<Record<string, unknown>> {
  const { name, parent } = declared;
  return {
    doc: javadoc(declared.doc),
    name,
    parent: parent === null ? names.client("KurentoObject") : names.of(parent),
    methods: operationsOf(declared).flatMap((operation) =>
      methodsOf(operation, names, expandsMethods),
    ),
    events: declared.events.map((event) => eventData(event, names)),
    types: clientTypes(names),
    beginsTransactions: declared.qualifiedName === PIPELINE,
    ...builderData(declared, names),
  };
}

/** Clients get pipelines from the client itself, and transactions from pipelines. */
const PIPELINE = "kurento.MediaPipeline";

function clientTypes(names: JavaNames): Readonly<Record<string, string>> {
  const types = ["AbstractBuilder", "Continuation", "EventListener", "ListenerSubscription"];
  return Object.fromEntries(
    [...types, "Properties", "Transaction"].map((name) => [name, names.client(name)]),
  );
}

interface MethodData {
  readonly doc: string;
  readonly signature: string;
}

/** The three forms of an operation, for each number of parameters that a call may have. */
function methodsOf(
  operation: OperationView,
  names: JavaNames,
  expandsMethods: boolean,
): readonly MethodData[] {
  return overloads(operation.params, expandsMethods).flatMap((params) =>
    formsOf({ ...operation, params }, names),
  );
}

/** All parameters, and those before each one that may be left out. */
function overloads(params: readonly Item[], expands: boolean): readonly (readonly Item[])[] {
  const shorter = params.flatMap(({ optional }, index) =>
    optional ? [params.slice(0, index)] : [],
  );
  return expands ? [params, ...shorter.toReversed()] : [params];
}

/** Waiting for the answer, told of it later, and as part of a transaction, which setters take last. */
function formsOf(operation: OperationView, names: JavaNames): readonly MethodData[] {
  const { spec, params, returns } = operation;
  const name = javaMethod(spec.name);
  const texts = params.map((param) => parameterText(param, names));
  const answer = returns === null ? "Void" : javaObjectType(returns, names.of);
  const transaction = `${names.client("Transaction")} ${freeName("tx", params)}`;
  const continuation = `${names.client("Continuation")}<${answer}> ${freeName("cont", params)}`;
  const inTransaction = spec.kind === "setter" ? [...texts, transaction] : [transaction, ...texts];
  const later = returns === null ? "void" : `${names.client("TFuture")}<${answer}>`;
  const doc = docOf(operation);
  return [
    { doc, signature: `${resultText(returns, names)} ${name}(${texts.join(", ")})` },
    { doc, signature: `void ${name}(${[...texts, continuation].join(", ")})` },
    { doc, signature: `${later} ${name}(${inTransaction.join(", ")})` },
  ];
}

function docOf({ doc, params, returnDoc }: OperationView): string {
  const named = params.map((param) => ({ name: javaIdentifier(param.name), doc: param.doc }));
  return javadoc(doc, { params: named, returns: returnDoc });
}

function resultText(type: Type | null, names: JavaNames): string {
  return type === null ? "void" : javaType(type, names.of);
}

/** A parameter with the annotation that names it on the wire. */
export function parameterText({ name, type }: Item, names: JavaNames): string {
  return `${PARAM}("${name}") ${javaType(type, names.of)} ${javaIdentifier(name)}`;
}

/** A name that no parameter has. */
function freeName(name: string, params: readonly Item[]): string {
  return params.some((param) => param.name === name) ? freeName(`${name}_`, params) : name;
}

function eventData(event: EventType, names: JavaNames): object {
  return {
    name: event.name,
    type: names.of({ name: `${event.name}Event`, module: event.module }),
  };
}

/** Methods of the base class that no option may hide. */
const BUILDER_METHODS: ReadonlySet<string> = new Set(["build", "buildAsync", "with"]);

function builderData(declared: RemoteClass, names: JavaNames): object {
  const params = declared.constructorOf?.params ?? [];
  const required = params.filter(({ optional }) => !optional);
  const owner = required.find(({ type }) => type.kind === "object");
  if (declared.abstract || owner === undefined || declared.qualifiedName === PIPELINE) {
    return { isBuildable: false };
  }
  return {
    isBuildable: true,
    owner: javaIdentifier(owner.name),
    builderParams: required.map((param) => builderParam(param, names)).join(", "),
    required: required.map(({ name }) => ({ name, value: javaIdentifier(name) })),
    options: params.filter(({ optional }) => optional).flatMap((param) => optionData(param, names)),
  };
}

function builderParam({ name, type }: Item, names: JavaNames): string {
  return `${javaType(type, names.of)} ${javaIdentifier(name)}`;
}

/** A boolean has a method that sets it, besides the one that takes its value. */
function optionData(param: Item, names: JavaNames): readonly object[] {
  const { name, type, doc } = param;
  const value = javaIdentifier(name);
  const tags = { params: [{ name: value, doc }] };
  const setter = {
    doc: javadoc("", tags),
    signature: `with${upperFirst(name)}(${builderParam(param, names)})`,
    name,
    value,
  };
  if (type.kind !== "primitive" || type.name !== "boolean") {
    return [setter];
  }
  const flag = BUILDER_METHODS.has(name) ? `${name}_` : javaMethod(name);
  return [{ doc: javadoc(doc), signature: `${flag}()`, name, value: "Boolean.TRUE" }, setter];
}
