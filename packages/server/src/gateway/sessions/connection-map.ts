/** Something that session ids can be bound to. */
export interface SessionConnection {
  /** Sends a text; does nothing once the connection is closed. */
  send(text: string): void;
}

/** Which connection serves which session: at most one each way. */
export class ConnectionMap {
  readonly #connections = new Map<string, SessionConnection>();
  readonly #sessions = new Map<SessionConnection, string>();

  connectionOf(session: string): SessionConnection | undefined {
    return this.#connections.get(session);
  }

  sessionOf(connection: SessionConnection): string | undefined {
    return this.#sessions.get(connection);
  }

  /** Sessions that have a connection. */
  connectedSessions(): string[] {
    return [...this.#connections.keys()];
  }

  /**
   * Binds both to each other; what either was bound to before is let go.
   * @returns true when this is a new bond
   */
  bind(session: string, connection: SessionConnection): boolean {
    if (this.#connections.get(session) === connection) return false;
    this.#letGo(this.#connections.get(session));
    this.#letGo(connection);
    this.#connections.set(session, connection);
    this.#sessions.set(connection, session);
    return true;
  }

  /** Forgets a connection that is closed. */
  remove(connection: SessionConnection): void {
    this.#letGo(connection);
  }

  #letGo(connection: SessionConnection | undefined): void {
    if (connection === undefined) return;
    const session = this.#sessions.get(connection);
    this.#sessions.delete(connection);
    if (session !== undefined && this.#connections.get(session) === connection)
      this.#connections.delete(session);
  }
}
