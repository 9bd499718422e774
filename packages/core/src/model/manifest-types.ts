import type {
  EnumSpec,
  EventSpec,
  OperationSpec,
  ParamSpec,
  RegisterSpec,
} from "./schema-types.js";

/** An operation as the gateway sees it. */
export interface OperationManifest extends OperationSpec {
  /** Parameters in which ids of objects may come, also inside lists, maps and registers. */
  readonly objectParams: readonly string[];
}

/** A remote class as the gateway sees it. */
export interface ClassManifest {
  readonly name: string;
  readonly qualifiedName: string;
  readonly abstract: boolean;
  /** Clients can create it. */
  readonly creatable: boolean;
  /** Qualified names of the ancestors, nearest first. */
  readonly hierarchy: readonly string[];
  /** `null` where clients cannot create the class. */
  readonly constructorParams: readonly ParamSpec[] | null;
  /** The constructor parameter that names the parent of a new object; `null` where objects have none. */
  readonly parentParam: string | null;
  /** Those that the class declares itself. */
  readonly operations: readonly OperationManifest[];
  /** Names of the events that the class declares itself. */
  readonly events: readonly string[];
  /** Names of all events of its objects: its own, then inherited ones. */
  readonly allEvents: readonly string[];
}

/** The generated description of a module, read by the gateway without loading any code. */
export interface ModuleManifest {
  readonly name: string;
  readonly version: string;
  /** The module's name on the wire: `kurento` for core, elements and filters. */
  readonly wireModule: string;
  readonly imports: readonly { readonly name: string; readonly version: string }[];
  readonly classes: readonly ClassManifest[];
  readonly registers: readonly RegisterSpec[];
  readonly enums: readonly EnumSpec[];
  readonly events: readonly EventSpec[];
}
