import type { ElementConnectionData, MediaType } from "../generated/types.js";
import type { Planner } from "../graph/planner.js";
import { KurentoError } from "../model/errors.js";
import { ConnectionTable, defaultDescription } from "./connection-table.js";
import type { Connection } from "./connection-table.js";
import type { MediaElement } from "./media-element.js";
import { mediaTypes, mediumOf } from "./media-types.js";

/** Fields of `ElementConnected` and `ElementDisconnected`. */
export interface ConnectionChange {
  readonly sink: MediaElement;
  readonly mediaType: MediaType;
  readonly sourceMediaDescription: string;
  readonly sinkMediaDescription: string;
}

/** What the connections of an element need of it. */
export interface ConnectionOwner {
  readonly element: MediaElement;
  readonly planner: Planner;
  /** False for a type that the element's source never has. */
  providesSource(type: MediaType): boolean;
  /** The connections of another element. */
  connectionsOf(element: MediaElement): ElementConnections;
  onConnected(change: ConnectionChange): void;
  onDisconnected(change: ConnectionChange): void;
}

/** Which streams a call is about, as clients say it: one type or all, named or the default ones. */
export interface StreamChoice {
  readonly mediaType: MediaType | undefined;
  readonly sourceDescription: string | undefined;
  readonly sinkDescription: string | undefined;
}

/** Makes, ends and lists the connections of one element; tells the planner, which moves the media. */
export class ElementConnections {
  readonly #owner: ConnectionOwner;
  readonly #table = new ConnectionTable();

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  /** @throws KurentoError 40004 for a sink of another pipeline, or a source that the element does not have */
  connect(sink: MediaElement, choice: StreamChoice): void {
    if (this.#owner.connectionsOf(sink).#owner.planner !== this.#owner.planner)
      throw new KurentoError("CONNECT_ERROR", "Media elements do not share pipeline");
    const wanted = this.#chosen(sink, choice);
    for (const { type, sourceDescription } of wanted)
      if (!this.#owner.providesSource(type)) throw this.#noSource(type, sourceDescription);
    for (const connection of wanted) this.#connectOne(connection);
  }

  /** Tells of the end of each connection asked for, even if there was none, as Kurento does. */
  disconnect(sink: MediaElement, choice: StreamChoice): void {
    for (const connection of this.#chosen(sink, choice)) this.#disconnectOne(connection);
  }

  /** Ends all connections, on both sides. */
  disconnectAll(): void {
    for (const connection of this.#table.sources())
      this.#of(connection.source).#disconnectOne(connection);
    for (const connection of this.#table.sinks()) this.#disconnectOne(connection);
  }

  /** Connections in which the element is the sink. */
  sources(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#table
      .sources()
      .filter(
        ({ type, sinkDescription }) =>
          matches(type, mediaType) && matches(sinkDescription, description),
      );
  }

  /** Connections in which the element is the source. */
  sinks(mediaType?: MediaType, description?: string): ElementConnectionData[] {
    return this.#table
      .sinks()
      .filter(
        ({ type, sourceDescription }) =>
          matches(type, mediaType) && matches(sourceDescription, description),
      );
  }

  #of(element: MediaElement): ElementConnections {
    return this.#owner.connectionsOf(element);
  }

  #chosen(sink: MediaElement, choice: StreamChoice): Connection[] {
    const { mediaType } = choice;
    return (mediaType === undefined ? mediaTypes : [mediaType]).map((type) => ({
      source: this.#owner.element,
      sink,
      type,
      sourceDescription: choice.sourceDescription ?? defaultDescription,
      sinkDescription: choice.sinkDescription ?? defaultDescription,
    }));
  }

  #noSource(type: MediaType, description: string): KurentoError {
    // The text is Kurento's, misprints included: clients may look for it.
    return new KurentoError(
      "CONNECT_ERROR",
      `Element: '${this.#owner.element.getName()}'does note provide a connection for ${type}-${description}`,
    );
  }

  #connectOne(connection: Connection): void {
    const { source, sink, type, sinkDescription } = connection;
    const sinkTable = this.#of(sink).#table;
    const previous = sinkTable.sourceOf(type, sinkDescription);
    if (previous !== undefined) this.#of(previous.source).#disconnectOne(previous);
    this.#table.addSink(connection);
    sinkTable.addSource(connection);
    this.#owner.planner.connect({
      sink: sink.streamNode(sinkDescription),
      medium: mediumOf(type),
      source: source.streamNode(connection.sourceDescription),
    });
    this.#owner.onConnected(changeOf(connection));
  }

  #disconnectOne(wanted: Connection): void {
    const { source, sink, type, sinkDescription } = wanted;
    const sinkTable = this.#of(sink).#table;
    const existing = sinkTable.sourceOf(type, sinkDescription);
    if (existing?.source === source && existing.sourceDescription === wanted.sourceDescription) {
      this.#table.removeSink(existing);
      sinkTable.removeSource(existing);
      this.#owner.planner.disconnect(sink.streamNode(sinkDescription), mediumOf(type));
    }
    this.#owner.onDisconnected(changeOf(wanted));
  }
}

function matches<T>(value: T, wanted: T | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function changeOf({
  sink,
  type,
  sourceDescription,
  sinkDescription,
}: Connection): ConnectionChange {
  return {
    sink,
    mediaType: type,
    sourceMediaDescription: sourceDescription,
    sinkMediaDescription: sinkDescription,
  };
}
