import type { MediaType } from "../generated/types.js";
import type { MediaElement } from "./media-element.js";

/** One connection between two elements, for one media type. */
export interface Connection {
  readonly source: MediaElement;
  readonly sink: MediaElement;
  readonly type: MediaType;
  readonly sourceDescription: string;
  readonly sinkDescription: string;
}

/** The description of the first stream of a type. */
export const defaultDescription = "default";

// The order in which the API reports media types.
const typeOrder: Readonly<Record<MediaType, number>> = { AUDIO: 0, DATA: 1, VIDEO: 2 };

/** The connections of one element: at most one source for each (type, description), any number of sinks. */
export class ConnectionTable {
  readonly #sources = new Map<string, Connection>();
  readonly #sinks = new Set<Connection>();

  /** The connection into this element, if there is one. */
  sourceOf(type: MediaType, sinkDescription: string): Connection | undefined {
    return this.#sources.get(key(type, sinkDescription));
  }

  addSource(connection: Connection): void {
    this.#sources.set(key(connection.type, connection.sinkDescription), connection);
  }

  addSink(connection: Connection): void {
    this.#sinks.add(connection);
  }

  removeSource(connection: Connection): void {
    this.#sources.delete(key(connection.type, connection.sinkDescription));
  }

  removeSink(connection: Connection): void {
    this.#sinks.delete(connection);
  }

  /** Connections in which the element is the sink, by type and description. */
  sources(): Connection[] {
    return sorted([...this.#sources.values()], (connection) => connection.sinkDescription);
  }

  /** Connections in which the element is the source, by type and description. */
  sinks(): Connection[] {
    return sorted([...this.#sinks], (connection) => connection.sourceDescription);
  }
}

function key(type: MediaType, description: string): string {
  return `${type}:${description}`;
}

function sorted(
  connections: Connection[],
  description: (connection: Connection) => string,
): Connection[] {
  return connections.sort(
    (a, b) =>
      typeOrder[a.type] - typeOrder[b.type] ||
      compare(description(a), description(b)) ||
      compare(a.sink.id, b.sink.id),
  );
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
