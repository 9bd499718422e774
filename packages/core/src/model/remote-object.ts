import { encodeEvent } from "./encode.js";
import type { RemoteContext } from "./object-context.js";
import type { ClassSpec, EventSpec, RemoteInstance } from "./schema-types.js";

/** Root of all objects that clients hold by id: identity and events, no API of its own. */
export abstract class RemoteObject implements RemoteInstance {
  readonly #context: RemoteContext;

  constructor(context: RemoteContext) {
    this.#context = context;
  }

  /** What the KMD says about the most derived class; generated. */
  abstract get spec(): ClassSpec;

  get id(): string {
    return this.#context.id;
  }

  /** Tags that go out with every event of the object. */
  protected eventTags(): readonly object[] {
    return [];
  }

  /**
   * Sends an event to its subscribers; called by the generated `emit...` methods.
   * @param data the event's own fields; they win over the common ones, as `Error` has a `type` of its own
   */
  protected raise(event: EventSpec, data: Readonly<Record<string, unknown>>): void {
    const { clock, registry, emit, isWanted } = this.#context;
    if (isWanted?.(event.name) === false) return;
    const common = {
      source: this,
      timestampMillis: String(Math.trunc(clock.wallTimeMs())),
      tags: this.eventTags(),
      type: event.name,
    };
    emit(event.name, encodeEvent(event, { ...common, ...data }, registry));
  }
}
