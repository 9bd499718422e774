import type { JsonValue } from "@kms/core";

import { setOwn } from "../trees.js";
import { ConfigSyntaxError, maxDepth } from "./syntax-error.js";

const space = /[ \t\r\n]*/y;
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

/**
 * Parses strict JSON, with positions in errors. Members whose names begin with `//` are comments, and left out; of
 * members with the same name the last counts.
 * @throws ConfigSyntaxError
 */
export function parseJsonConfig(text: string): JsonValue {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonValue {
    if (depth > maxDepth) throw this.#error(`more than ${maxDepth} levels`);
    this.#take(space);
    const next = this.#text[this.#offset];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#list(depth);
    const token = this.#take(string) ?? this.#take(number) ?? this.#take(word);
    if (token === undefined) throw this.#error("a value was expected");
    return JSON.parse(token) as JsonValue;
  }

  end(): void {
    this.#take(space);
    if (this.#offset < this.#text.length) throw this.#error("nothing was expected any more");
  }

  #object(depth: number): JsonValue {
    const members: Record<string, JsonValue> = {};
    this.#items("}", () => {
      const name = this.#take(string);
      if (name === undefined) throw this.#error("a name in quotes was expected");
      this.#punctuation(":");
      const value = this.value(depth + 1);
      const key = JSON.parse(name) as string;
      if (!key.startsWith("//")) setOwn(members, key, value);
    });
    return members;
  }

  #list(depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#items("]", () => items.push(this.value(depth + 1)));
    return items;
  }

  #items(end: string, read: () => void): void {
    this.#offset += 1;
    if (this.#skip(end)) return;
    do {
      this.#take(space);
      read();
    } while (this.#skip(","));
    this.#punctuation(end);
  }

  #punctuation(mark: string): void {
    if (!this.#skip(mark)) throw this.#error(`'${mark}' was expected`);
  }

  #skip(mark: string): boolean {
    this.#take(space);
    if (this.#text[this.#offset] !== mark) return false;
    this.#offset += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0];
    this.#offset += found?.length ?? 0;
    return found;
  }

  #error(problem: string): ConfigSyntaxError {
    return new ConfigSyntaxError(this.#text, this.#offset, problem);
  }
}
