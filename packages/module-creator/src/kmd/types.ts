/**
 * The shape of a KMD file as it is written. `scripts/make-schema.mjs` turns these interfaces into the
 * JSON Schema that every file is checked against. Unknown keys are allowed and ignored.
 */

/** One `*.kmd.json` file: a whole module or a part of one. */
export interface KmdFile {
  name?: string;
  version?: string;
  kurentoVersion?: string;
  kurentoMavenVersion?: string;
  kurentoNpmVersion?: string;
  imports?: KmdImport[];
  repository?: string;
  code?: KmdCode;
  remoteClasses?: KmdRemoteClass[];
  complexTypes?: KmdComplexType[];
  events?: KmdEvent[];
}

/** Another module whose types this one uses. */
export interface KmdImport {
  name: string;
  version: string;
  mavenVersion?: string;
  npmVersion?: string;
}

/** Settings of generators, by language. */
export interface KmdCode {
  api?: Record<string, Record<string, string>>;
  implementation?: Record<string, string>;
  kmd?: Record<string, Record<string, string>>;
}

/** A class whose objects live in the server. */
export interface KmdRemoteClass {
  name: string;
  doc?: string;
  abstract?: boolean;
  extends?: string;
  constructor?: KmdConstructor;
  properties?: KmdProperty[];
  methods?: KmdMethod[];
  events?: string[];
}

/** How clients create objects of a class. */
export interface KmdConstructor {
  doc?: string;
  params?: KmdParam[];
}

/** An operation of a class. */
export interface KmdMethod {
  name: string;
  doc?: string;
  params?: KmdParam[];
  return?: KmdReturn;
}

/** What an operation answers. */
export interface KmdReturn {
  type: string;
  doc?: string;
}

/** A parameter of an operation or a constructor. */
export interface KmdParam {
  name: string;
  doc?: string;
  type: string;
  optional?: boolean;
  defaultValue?: unknown;
}

/** A property of a class, a field of a register or an event. */
export interface KmdProperty extends KmdParam {
  readOnly?: boolean;
  final?: boolean;
}

/** A structure (`REGISTER`) or an enumeration (`ENUM`). */
export interface KmdComplexType {
  name: string;
  doc?: string;
  typeFormat: "REGISTER" | "ENUM";
  extends?: string;
  properties?: KmdProperty[];
  values?: string[];
}

/** A message that objects send to subscribed clients. */
export interface KmdEvent {
  name: string;
  doc?: string;
  extends?: string;
  properties?: KmdProperty[];
}
