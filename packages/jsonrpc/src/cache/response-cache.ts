import type { Clock } from "../clock.js";
import type { RequestId } from "../codec/parse.js";

/** Limits of a {@link ResponseCache}. */
export interface ResponseCacheOptions {
  /** How long a response can be replayed; 20 s unless given. */
  readonly lifetimeMs?: number;
  /** Responses kept at most; the oldest goes first. 10,000 unless given. */
  readonly maxEntries?: number;
  /** Characters of response text kept at most; the oldest goes first. 16 Mi unless given. */
  readonly maxCharacters?: number;
}

interface Entry {
  readonly text: string;
  readonly expiresMs: number;
}

/**
 * Remembers response texts, so that a request that arrives again (its sender lost the answer) is answered again and not
 * executed again. Time and memory are bounded; a replay does not prolong an entry.
 */
export class ResponseCache {
  readonly #clock: Pick<Clock, "now">;
  readonly #lifetimeMs: number;
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  // In order of insertion, hence of expiry.
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(clock: Pick<Clock, "now">, options: ResponseCacheOptions = {}) {
    this.#clock = clock;
    this.#lifetimeMs = options.lifetimeMs ?? 20_000;
    this.#maxEntries = options.maxEntries ?? 10_000;
    this.#maxCharacters = options.maxCharacters ?? 16 * 1024 * 1024;
  }

  /** Key of a request within a scope, such as a session: ids 1 and "1" are the same. */
  static key(scope: string, id: RequestId): string {
    return JSON.stringify([scope, String(id)]);
  }

  /** Entries kept now, expired ones included until the next access. */
  get size(): number {
    return this.#entries.size;
  }

  /** The stored response text, or undefined when there is none or it is too old. */
  get(key: string): string | undefined {
    this.#dropExpired();
    return this.#entries.get(key)?.text;
  }

  /** Stores the response text of this request. */
  set(key: string, text: string): void {
    this.#delete(key);
    this.#entries.set(key, { text, expiresMs: this.#clock.now() + this.#lifetimeMs });
    this.#characters += text.length;
    this.#dropExpired();
    this.#dropExcess();
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#characters = 0;
  }

  #dropExpired(): void {
    const nowMs = this.#clock.now();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresMs > nowMs) return;
      this.#delete(key);
    }
  }

  #dropExcess(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#characters <= this.#maxCharacters) return;
      this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#characters -= this.#entries.get(key)?.text.length ?? 0;
    this.#entries.delete(key);
  }
}
