import { serializeNotification } from "@kms/core/jsonrpc";
import type { JsonValue } from "@kms/core/jsonrpc";

import type { ConnectionMap } from "../sessions/connection-map.js";
import type { Subscriptions } from "./subscriptions.js";

/** Sends events to the connections of the sessions that subscribed; sessions without a connection miss them. */
export class EventSender {
  readonly #subscriptions: Subscriptions;
  readonly #connections: ConnectionMap;
  /** Events that went to a connection. */
  sent = 0;
  /** Events for sessions that had none. */
  dropped = 0;

  constructor(subscriptions: Subscriptions, connections: ConnectionMap) {
    this.#subscriptions = subscriptions;
    this.#connections = connections;
  }

  /** @param data the event's data as on the wire */
  send(objectId: string, type: string, data: JsonValue): void {
    const sessions = this.#subscriptions.sessionsFor(objectId, type);
    if (sessions.length === 0) return;
    const text = serializeNotification("onEvent", { value: { data, object: objectId, type } });
    for (const session of sessions) this.#sendTo(session, text);
  }

  #sendTo(session: string, text: string): void {
    const connection = this.#connections.connectionOf(session);
    if (connection === undefined) {
      this.dropped += 1;
    } else {
      this.sent += 1;
      connection.send(text);
    }
  }
}
