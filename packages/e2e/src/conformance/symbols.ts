import { randomUUID } from "node:crypto";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SYMBOL = /<(\d+|media|recordings|text\d+)>/g;

/** Gives each UUID of a recording a number: `<1>` for the first one, and so on. */
export class SymbolTable {
  readonly #numbers = new Map<string, number>();

  encode(text: string): string {
    return text.replace(UUID, (uuid) => `<${this.#number(uuid)}>`);
  }

  #number(uuid: string): number {
    const number = this.#numbers.get(uuid) ?? this.#numbers.size + 1;
    this.#numbers.set(uuid, number);
    return number;
  }
}

/** True for a text that names something by a symbol. */
export function hasSymbol(text: string): boolean {
  return text.search(SYMBOL) >= 0;
}

/** What the symbols of a transcript stand for in one replay; learnt from what the server answers. */
export class Bindings {
  readonly #values: Map<string, string>;
  readonly #invented = new Set<string>();

  /** @param given what `<media>`, `<recordings>` and `<text1>` ... stand for */
  constructor(given: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(given));
  }

  /** True when it is known what all symbols of the text stand for. */
  isKnown(text: string): boolean {
    return [...text.matchAll(SYMBOL)].every(([, name = ""]) => this.#values.has(name));
  }

  /** The text as it is sent. What the server never told is given an id that it does not know. */
  fill(text: string): string {
    return text.replace(SYMBOL, (_, name: string) => {
      return this.#values.get(name) ?? this.#invent(name);
    });
  }

  /** True when the server never told what some symbol of the text stands for, though a request needed it. */
  hasInvented(text: string): boolean {
    return [...text.matchAll(SYMBOL)].some(([, name = ""]) => this.#invented.has(name));
  }

  #invent(name: string): string {
    const value = randomUUID();
    this.#values.set(name, value);
    this.#invented.add(name);
    return value;
  }

  /** A text that came with the symbols of the transcript. */
  encode(text: string): string {
    const symbols = new Map([...this.#values].map(([name, value]) => [value, `<${name}>`]));
    return text.replace(UUID, (uuid) => symbols.get(uuid) ?? uuid);
  }

  /** Whether a text that came is the expected one; new symbols take their values from it. */
  match(expected: string, actual: string): boolean {
    if (!hasSymbol(expected)) return expected === actual;
    const fresh: string[] = [];
    const pattern = expected.split(SYMBOL).map((part, index) => {
      if (index % 2 === 0) return escape(part);
      const value = this.#values.get(part);
      if (value !== undefined) return escape(value);
      const position = fresh.indexOf(part);
      if (position >= 0) return `\\${position + 1}`;
      fresh.push(part);
      return `(${UUID.source})`;
    });
    const found = new RegExp(`^${pattern.join("")}$`).exec(actual);
    for (const [index, name] of fresh.entries()) {
      const value = found?.[index + 1];
      if (value !== undefined) this.#values.set(name, value);
    }
    return found !== null;
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
