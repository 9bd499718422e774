import { KmdError, jsonPath, type Fault } from "./error.js";

/** One step into a JSON value. */
export type PathSegment = string | number;

/** Finds where a value of the parsed text began. */
export interface Locator {
  /** Place of the value at the path, or of the nearest enclosing one that exists. */
  locate(path: readonly PathSegment[]): { readonly line: number; readonly column: number };
}

/** A parsed text. Objects in `value` have no prototype, so any key is safe. */
export interface LenientJson extends Locator {
  readonly value: unknown;
}

const MAX_DEPTH = 100;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const BARE_END = /[\s{}[\],:;=#/"']/;

/**
 * Parses JSON as Kurento's own KMD files have it: comments (`//`, `/* *\/`, `#`), line ends and tabs inside
 * strings, single or no quotes, trailing commas, `=` for `:` and `;` for `,`.
 *
 * @param file name used in errors
 * @throws KmdError where even that does not help, and where a key comes twice
 */
export function parseLenientJson(text: string, file: string): LenientJson {
  const parser = new Parser(text, file);
  const value = parser.parseDocument();
  return { value, locate: (path) => parser.locate(path) };
}

class Parser {
  readonly #text: string;
  readonly #file: string;
  readonly #offsets = new Map<string, number>();
  readonly #path: PathSegment[] = [];
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
    this.#file = file;
  }

  parseDocument(): unknown {
    const value = this.#parseValue();
    this.#skipBlank();
    if (this.#at < this.#text.length) {
      throw this.#error("text after the end of the document", "one object per file");
    }
    return value;
  }

  locate(path: readonly PathSegment[]): { line: number; column: number } {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = this.#offsets.get(pathKey(path.slice(0, length)));
      if (offset !== undefined) {
        return this.#position(offset);
      }
    }
    return { line: 1, column: 1 };
  }

  #parseValue(): unknown {
    this.#skipBlank();
    this.#offsets.set(pathKey(this.#path), this.#at);
    if (this.#path.length > MAX_DEPTH) {
      throw this.#error(`nested deeper than ${MAX_DEPTH} levels`, "fewer");
    }
    const next = this.#text[this.#at];
    if (next === "{") {
      return this.#parseObject();
    }
    if (next === "[") {
      return this.#parseArray();
    }
    return next === '"' || next === "'" ? this.#parseString(next) : this.#parseBare();
  }

  #parseObject(): Record<string, unknown> {
    const start = this.#at;
    const object = Object.create(null) as Record<string, unknown>;
    this.#at += 1;
    while (!this.#closes("}", start)) {
      const key = this.#parseKey();
      if (key in object) {
        throw this.#error(`the key '${key}' comes twice in one object`, "each key once");
      }
      this.#expectColon(key);
      object[key] = this.#inside(key);
      this.#expectSeparator("}", start);
    }
    return object;
  }

  #parseArray(): unknown[] {
    const start = this.#at;
    const array: unknown[] = [];
    this.#at += 1;
    while (!this.#closes("]", start)) {
      array.push(this.#inside(array.length));
      this.#expectSeparator("]", start);
    }
    return array;
  }

  #inside(segment: PathSegment): unknown {
    this.#path.push(segment);
    const value = this.#parseValue();
    this.#path.pop();
    return value;
  }

  #parseKey(): string {
    const next = this.#text[this.#at];
    return next === '"' || next === "'" ? this.#parseString(next) : this.#bareWord();
  }

  #parseString(quote: string): string {
    const start = this.#at;
    let result = "";
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        throw this.#errorAt(start, {
          problem: "string without end",
          expected: `a closing ${quote}`,
        });
      }
      this.#at += 1;
      if (char === quote) {
        return result;
      }
      result += char === "\\" ? this.#parseEscape() : char;
    }
  }

  #parseEscape(): string {
    const char = this.#text[this.#at] ?? "";
    this.#at += 1;
    if (char !== "u") {
      return ESCAPES.get(char) ?? char;
    }
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw this.#error(`'\\u${digits}' is no character`, "four hexadecimal digits behind \\u");
    }
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #parseBare(): unknown {
    const word = this.#bareWord();
    if (LITERALS.has(word.toLowerCase())) {
      return LITERALS.get(word.toLowerCase());
    }
    return NUMBER.test(word) ? Number(word) : word;
  }

  #bareWord(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !BARE_END.test(this.#text[this.#at] ?? "")) {
      this.#at += 1;
    }
    if (this.#at === start) {
      throw this.#unexpected();
    }
    return this.#text.slice(start, this.#at);
  }

  /** Consumes the bracket if it is next. */
  #closes(bracket: string, start: number): boolean {
    this.#skipBlank();
    if (this.#at >= this.#text.length) {
      throw this.#errorAt(start, {
        problem: "nothing closes what opens here",
        expected: `'${bracket}'`,
      });
    }
    if (this.#text[this.#at] !== bracket) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #expectColon(key: string): void {
    this.#skipBlank();
    const next = this.#text[this.#at];
    if (next !== ":" && next !== "=") {
      throw this.#error(`nothing joins the key '${key}' to a value`, "':'");
    }
    this.#at += this.#text.startsWith("=>", this.#at) ? 2 : 1;
  }

  #expectSeparator(bracket: string, start: number): void {
    this.#skipBlank();
    const next = this.#text[this.#at];
    if (next === "," || next === ";") {
      this.#at += 1;
    } else if (next === undefined) {
      throw this.#errorAt(start, {
        problem: "nothing closes what opens here",
        expected: `'${bracket}'`,
      });
    } else if (next !== bracket) {
      throw this.#error(
        `unexpected '${next}'`,
        `',' or '${bracket}'`,
        "is a comma or a quote missing before it?",
      );
    }
  }

  #skipBlank(): void {
    for (;;) {
      while (/\s/.test(this.#text[this.#at] ?? "")) {
        this.#at += 1;
      }
      if (!this.#skipComment()) {
        return;
      }
    }
  }

  #skipComment(): boolean {
    if (this.#text.startsWith("/*", this.#at)) {
      const end = this.#text.indexOf("*/", this.#at + 2);
      if (end < 0) {
        throw this.#error("comment without end", "a closing */");
      }
      this.#at = end + 2;
      return true;
    }
    if (this.#text[this.#at] !== "#" && !this.#text.startsWith("//", this.#at)) {
      return false;
    }
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
    return true;
  }

  #unexpected(): KmdError {
    const next = this.#text[this.#at];
    const problem = next === undefined ? "unexpected end of the file" : `unexpected '${next}'`;
    return this.#error(problem, "a value");
  }

  #error(problem: string, expected: string, hint?: string): KmdError {
    return this.#errorAt(this.#at, { problem, expected, hint });
  }

  #errorAt(offset: number, fault: Fault): KmdError {
    const location = { file: this.#file, ...this.#position(offset), path: jsonPath(this.#path) };
    return new KmdError(location, fault);
  }

  #position(offset: number): { line: number; column: number } {
    const before = this.#text.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: offset - lineStart + 1 };
  }
}

function pathKey(path: readonly PathSegment[]): string {
  return JSON.stringify(path);
}
