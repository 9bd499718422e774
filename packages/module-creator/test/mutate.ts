/** A source of pseudo-random numbers that gives the same ones for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not with, the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) {
      throw new Error("nothing to pick from");
    }
    return value;
  }
}

/** Changes a text into one that may be broken in any way. */
type Mutation = (text: string, random: Random) => string;

/** Pieces that have a meaning for a reader, a generator or a shell. */
const TOKENS = [
  ...["{", "}", "[", "]", ",", ":", '"', "'", "\\", "//", "/*", "*/", "#", ";", "=", "=>"],
  ...["null", "true", "false", "0", "-1", "1e999", "NaN", "9007199254740993", "[]", "{}", '""'],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "class", "default"],
  ...["../../etc/passwd", "/abs", "a.b.C", "int[][]", "int[]", "Stats<>", "String", "MediaObject"],
  ...["\u0000", "\uFEFF", "\u2028", "\uD800", "${x}", "{{x}}", "*/ x", "</x>", "-dev", "^7.0.0"],
  ...["name", "extends", "REGISTER", "ENUM", "values", "params", "return", "type", "remoteClasses"],
];

const insert: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(TOKENS) + text.slice(at);
};

const remove: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + text.slice(at + 1 + random.below(40));
};

const repeat: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  const piece = text.slice(at, at + 1 + random.below(200));
  return text.slice(0, at) + piece + text.slice(at);
};

const changeByte: Mutation = (text, random) => {
  const bytes = Buffer.from(text);
  if (bytes.length > 0) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return bytes.toString("utf8");
};

const truncate: Mutation = (text, random) => text.slice(0, random.below(text.length + 1));

const nest: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  return (
    text.slice(0, at) + random.pick(["[", "{", '{"a":']).repeat(random.below(5000)) + text.slice(at)
  );
};

/** One string of the text, key or value, becomes a token or another string of the text. */
const changeString: Mutation = (text, random) => {
  const strings = [...text.matchAll(/"[^"\n]*"/g)];
  if (strings.length === 0) {
    return text;
  }
  const old = random.pick(strings);
  const next =
    random.below(2) === 0 ? JSON.stringify(random.pick(TOKENS)) : random.pick(strings)[0];
  return text.slice(0, old.index) + next + text.slice(old.index + old[0].length);
};

/** One value somewhere in the structure is replaced, dropped or doubled, so that the text stays JSON. */
const changeStructure: Mutation = (text, random) => {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return text;
  }
  const holders = holdersOf(root);
  if (holders.length === 0) {
    return text;
  }
  const holder = random.pick(holders);
  const keys = Object.keys(holder);
  if (keys.length > 0) {
    changeMember(holder, random.pick(keys), holders, random);
  }
  return JSON.stringify(root);
};

type Holder = Record<string, unknown>;

function changeMember(
  holder: Holder,
  key: string,
  holders: readonly Holder[],
  random: Random,
): void {
  const value = random.pick<() => unknown>([
    () => undefined,
    () => null,
    () => random.pick(TOKENS),
    () => random.below(1000) - 500,
    () => [],
    () => structuredClone(random.pick(holders)),
  ])();
  const target = random.below(3) === 0 ? random.pick(TOKENS) : key;
  Object.defineProperty(holder, target, {
    ...{ value, enumerable: true, writable: true, configurable: !Array.isArray(holder) },
  });
}

function holdersOf(value: unknown): readonly Holder[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return [value as Holder, ...Object.values(value).flatMap(holdersOf)];
}

const MUTATIONS: readonly Mutation[] = [
  ...[insert, remove, repeat, changeByte, truncate, nest],
  ...[changeString, changeString, changeString],
  ...[changeStructure, changeStructure, changeStructure, changeStructure],
];

/** A text after one mutation to four. */
export function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    mutated = random.pick(MUTATIONS)(mutated, random);
  }
  return mutated;
}
