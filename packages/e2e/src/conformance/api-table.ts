// The API as a flat list of what it declares, so that two descriptions of it can be compared.

/** A parameter, property or field: type, `?` where it may be absent, default after `=`. */
type Items = Readonly<Record<string, string>>;

/** A structure or an event. */
interface FieldsTable {
  readonly extends?: string;
  readonly fields: Items;
}

/** A remote class with what it declares itself. */
interface ClassTable {
  readonly abstract?: boolean;
  readonly extends?: string;
  readonly constructor?: Items;
  readonly properties?: Items;
  readonly methods?: Readonly<Record<string, { readonly params: Items; readonly returns: string }>>;
  readonly events?: readonly string[];
}

/** A module in `api-table.json`. */
export interface ModuleTable {
  readonly classes: Readonly<Record<string, ClassTable>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly registers: Readonly<Record<string, FieldsTable>>;
  readonly events: Readonly<Record<string, FieldsTable>>;
}

interface KmdItem {
  readonly name: string;
  readonly doc?: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly defaultValue?: unknown;
  readonly readOnly?: boolean;
  readonly final?: boolean;
}

interface KmdClass {
  readonly name: string;
  readonly doc?: string;
  readonly abstract?: boolean;
  readonly extends?: string;
  readonly constructor?: { readonly params?: readonly KmdItem[] };
  readonly properties?: readonly KmdItem[];
  readonly methods?: readonly {
    readonly name: string;
    readonly doc?: string;
    readonly params?: readonly KmdItem[];
    readonly return?: { readonly type: string };
  }[];
  readonly events?: readonly string[];
}

interface KmdType {
  readonly name: string;
  readonly doc?: string;
  readonly extends?: string;
  readonly properties?: readonly KmdItem[];
  readonly values?: readonly string[];
}

/** The definition of a module as module-creator writes it, all files in one. */
export interface Kmd {
  readonly remoteClasses?: readonly KmdClass[];
  readonly complexTypes?: readonly KmdType[];
  readonly events?: readonly KmdType[];
}

/** Kinds of declaration that the API is counted by, and those inside them. */
export type Kind =
  | "class"
  | "constructor"
  | "method"
  | "property"
  | "parameter"
  | "class event"
  | "enum"
  | "value"
  | "register"
  | "event"
  | "field";

/** One declaration; what it says is text, so that equal ones are equal texts. */
export interface Declaration {
  readonly kind: Kind;
  /** `MediaElement`, `MediaElement.connect`, `MediaElement.connect(sink)`, `MediaType.AUDIO`. */
  readonly name: string;
  readonly text: string;
  readonly doc: string;
}

/** What a module of the table declares. */
export function declarationsOfTable(table: ModuleTable): Declaration[] {
  return [
    ...Object.entries(table.classes).flatMap(([name, declared]) => classOfTable(name, declared)),
    ...Object.entries(table.enums).flatMap(([name, values]) => enumOf(name, values, "")),
    ...fieldsOfTable("register", table.registers),
    ...fieldsOfTable("event", table.events),
  ];
}

/** What a definition made by module-creator declares. */
export function declarationsOfKmd({
  remoteClasses = [],
  complexTypes = [],
  events = [],
}: Kmd): Declaration[] {
  return [
    ...remoteClasses.flatMap(classOfKmd),
    ...complexTypes.flatMap((type) =>
      type.values === undefined
        ? fieldsOfKmd("register", type)
        : enumOf(type.name, type.values, type.doc ?? ""),
    ),
    ...events.flatMap((event) => fieldsOfKmd("event", event)),
  ];
}

/** How the declarations of one description differ from those of another. */
export interface Difference {
  /** Declared in the table only. */
  readonly missing: string[];
  /** Declared in both, but not alike. */
  readonly changed: string[];
  /** Declared in the definition only. */
  readonly added: Declaration[];
}

/** Compares definitions with the table. */
export function compare(
  expected: readonly Declaration[],
  actual: readonly Declaration[],
): Difference {
  const actualByKey = byKey(actual);
  const expectedByKey = byKey(expected);
  const missing = expected.filter((declared) => !actualByKey.has(keyOf(declared))).map(keyOf);
  const changed = expected.flatMap((declared) => {
    const found = actualByKey.get(keyOf(declared));
    return found === undefined || found.text === declared.text
      ? []
      : [`${keyOf(declared)}: '${found.text}' should be '${declared.text}'`];
  });
  const added = actual.filter((declared) => !expectedByKey.has(keyOf(declared)));
  return { missing, changed, added };
}

/** How many of each kind there are, counted as api.md does: complex types are enums and registers. */
export function countsOf(declarations: readonly Declaration[]): Readonly<Record<string, number>> {
  const count = (...kinds: readonly Kind[]): number =>
    declarations.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    classes: count("class"),
    methods: count("method"),
    properties: count("property"),
    events: count("event"),
    "complex types": count("enum", "register"),
  };
}

function classOfTable(name: string, declared: ClassTable): Declaration[] {
  const { properties = {}, methods = {}, events = [] } = declared;
  // An own one only: every object inherits a `constructor`.
  const params = Object.hasOwn(declared, "constructor") ? declared.constructor : undefined;
  return [
    declaration("class", name, headText(declared)),
    ...(params === undefined ? [] : constructorOf(name, itemsOfTable(params))),
    ...itemsOfTable(properties).map(({ name: own, text }) =>
      declaration("property", `${name}.${own}`, text),
    ),
    ...Object.entries(methods).flatMap(([own, { params: items, returns }]) => [
      declaration("method", `${name}.${own}`, returns),
      ...parametersOf(`${name}.${own}`, itemsOfTable(items)),
    ]),
    ...events.map((event) => declaration("class event", `${name} ${event}`, "")),
  ];
}

function classOfKmd(declared: KmdClass): Declaration[] {
  const { name, doc, properties = [], methods = [], events = [] } = declared;
  const made = Object.hasOwn(declared, "constructor") ? declared.constructor : undefined;
  return [
    declaration("class", name, headText(declared), doc),
    ...(made === undefined ? [] : constructorOf(name, itemsOfKmd(made.params))),
    ...itemsOfKmd(properties).map((item) =>
      declaration("property", `${name}.${item.name}`, item.text, item.doc),
    ),
    ...methods.flatMap((method) => [
      declaration("method", `${name}.${method.name}`, method.return?.type ?? "void", method.doc),
      ...parametersOf(`${name}.${method.name}`, itemsOfKmd(method.params)),
    ]),
    ...events.map((event) => declaration("class event", `${name} ${event}`, "")),
  ];
}

function fieldsOfTable(
  kind: "register" | "event",
  types: Readonly<Record<string, FieldsTable>>,
): Declaration[] {
  return Object.entries(types).flatMap(([name, declared]) => [
    declaration(kind, name, headText(declared)),
    ...itemsOfTable(declared.fields).map((item) =>
      declaration("field", `${name}.${item.name}`, item.text),
    ),
  ]);
}

function fieldsOfKmd(kind: "register" | "event", type: KmdType): Declaration[] {
  return [
    declaration(kind, type.name, headText(type), type.doc),
    ...itemsOfKmd(type.properties).map((item) =>
      declaration("field", `${type.name}.${item.name}`, item.text, item.doc),
    ),
  ];
}

function enumOf(name: string, values: readonly string[], doc: string): Declaration[] {
  return [
    declaration("enum", name, "", doc),
    ...values.map((value, index) => declaration("value", `${name}.${value}`, String(index), doc)),
  ];
}

interface Item {
  readonly name: string;
  readonly text: string;
  readonly doc: string;
}

function itemsOfTable(items: Items): Item[] {
  return Object.entries(items).map(([name, text]) => ({ name, text, doc: "" }));
}

function itemsOfKmd(items: readonly KmdItem[] = []): Item[] {
  return items.map((item) => ({ name: item.name, text: itemText(item), doc: item.doc ?? "" }));
}

function itemText({ type, optional, defaultValue, readOnly, final }: KmdItem): string {
  const access = final === true ? "final " : readOnly === true ? "readonly " : "";
  const absence = optional === true ? "?" : "";
  const initial = defaultValue === undefined ? "" : ` = ${JSON.stringify(defaultValue)}`;
  return `${access}${type}${absence}${initial}`;
}

function constructorOf(name: string, params: readonly Item[]): Declaration[] {
  return [declaration("constructor", `${name}()`, ""), ...parametersOf(name, params)];
}

function parametersOf(owner: string, params: readonly Item[]): Declaration[] {
  return params.map(({ name, text, doc }, index) =>
    declaration("parameter", `${owner}(${name})`, `${index} ${text}`, doc),
  );
}

function headText(declared: { readonly abstract?: boolean; readonly extends?: string }): string {
  return `${declared.abstract === true ? "abstract " : ""}${declared.extends ?? ""}`;
}

function declaration(kind: Kind, name: string, text: string, doc = ""): Declaration {
  return { kind, name, text, doc };
}

function keyOf({ kind, name }: Declaration): string {
  return `${kind} ${name}`;
}

function byKey(declarations: readonly Declaration[]): ReadonlyMap<string, Declaration> {
  return new Map(declarations.map((declared) => [keyOf(declared), declared]));
}
