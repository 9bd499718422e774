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
  readonly scope: string;
  readonly id: string;
  response: string | Promise<string>;
  expiresMs: number;
}

/**
 * Remembers response texts, so that a request that arrives again (its sender lost the answer) is answered again and not
 * executed again. A request is known by its scope, such as a session, and its id, where 1 and "1" are the same. Time and
 * memory are bounded; a replay does not prolong an entry.
 */
export class ResponseCache {
  readonly #clock: Pick<Clock, "now">;
  readonly #lifetimeMs: number;
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  /** By scope and id: two short keys are much cheaper to look up than one long one that is put together each time. */
  readonly #scopes = new Map<string, Map<string, Entry>>();
  /** The entries that have their text, in order of their expiry, replaced ones included; those before `#head` are gone. */
  #queue: Entry[] = [];
  #head = 0;
  #size = 0;
  #characters = 0;

  constructor(clock: Pick<Clock, "now">, options: ResponseCacheOptions = {}) {
    this.#clock = clock;
    this.#lifetimeMs = options.lifetimeMs ?? 20_000;
    this.#maxEntries = options.maxEntries ?? 10_000;
    this.#maxCharacters = options.maxCharacters ?? 16 * 1024 * 1024;
  }

  /** Responses kept now, expired ones included until the next access. */
  get size(): number {
    return this.#size;
  }

  /** The response text, or a promise of it while it is being made; undefined when there is none or it is too old. */
  get(scope: string, id: RequestId): string | Promise<string> | undefined {
    this.#dropExpired();
    return this.#scopes.get(scope)?.get(String(id))?.response;
  }

  /** Notes that the response to this request is being made. Once it is there, `set` must be called. */
  begin(scope: string, id: RequestId, response: Promise<string>): void {
    this.#add({ scope, id: String(id), response, expiresMs: Infinity });
  }

  /** Stores the response text of this request. */
  set(scope: string, id: RequestId, text: string): void {
    const entry = this.#add({
      scope,
      id: String(id),
      response: text,
      expiresMs: this.#clock.now() + this.#lifetimeMs,
    });
    this.#queue.push(entry);
    this.#size += 1;
    this.#characters += text.length;
    this.#dropExpired();
    this.#dropExcess();
  }

  /** Forgets everything. */
  clear(): void {
    this.#scopes.clear();
    this.#queue = [];
    this.#head = 0;
    this.#size = 0;
    this.#characters = 0;
  }

  #add(entry: Entry): Entry {
    const scope = this.#scopes.get(entry.scope) ?? new Map<string, Entry>();
    const former = scope.get(entry.id);
    if (former !== undefined) this.#uncount(former);
    else if (scope.size === 0) this.#scopes.set(entry.scope, scope);
    scope.set(entry.id, entry);
    return entry;
  }

  #dropExpired(): void {
    const nowMs = this.#clock.now();
    for (let entry = this.#oldest(); entry !== undefined; entry = this.#oldest()) {
      if (entry.expiresMs > nowMs) return;
      this.#dropOldest(entry);
    }
  }

  #dropExcess(): void {
    for (let entry = this.#oldest(); entry !== undefined; entry = this.#oldest()) {
      if (!this.#isExcessive()) return;
      this.#dropOldest(entry);
    }
  }

  // Replaced entries take room in the queue, too.
  #isExcessive(): boolean {
    if (this.#size > this.#maxEntries || this.#characters > this.#maxCharacters) return true;
    return this.#queue.length - this.#head > 2 * this.#maxEntries;
  }

  #oldest(): Entry | undefined {
    return this.#queue[this.#head];
  }

  #dropOldest(entry: Entry): void {
    this.#head += 1;
    if (this.#head >= 1024 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    const scope = this.#scopes.get(entry.scope);
    // A replaced entry was let go when it was.
    if (scope?.get(entry.id) !== entry) return;
    this.#uncount(entry);
    scope.delete(entry.id);
    if (scope.size === 0) this.#scopes.delete(entry.scope);
  }

  #uncount({ response }: Entry): void {
    if (typeof response !== "string") return;
    this.#size -= 1;
    this.#characters -= response.length;
  }
}
