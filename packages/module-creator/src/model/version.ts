/** A semantic version, its numbers and the part behind the dash. */
interface Version {
  readonly numbers: readonly [number, number, number];
  readonly preRelease: string;
}

type Predicate = (version: Version) => boolean;

const DEV_SUFFIX = "-dev";

/** True for a development version: one that ends in `-dev`. */
export function isDevVersion(version: string): boolean {
  return version.endsWith(DEV_SUFFIX);
}

/** True for a text that is a whole semantic version, such as `7.3.0` or `1.0.0-dev`. */
export function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(text);
}

/**
 * Whether an import's version expression accepts the version of a module: equal texts, a satisfied
 * expression, or (development versions) the same with `-dev` taken away, an import that had it
 * standing for all compatible versions.
 *
 * @throws Error where the expression has no meaning
 */
export function acceptsVersion(expression: string, version: string): boolean {
  if (expression === version) {
    return true;
  }
  if (!isDevVersion(expression) && satisfies(version, expression)) {
    return true;
  }
  return satisfies(withoutDev(version), devCompatible(expression));
}

function devCompatible(expression: string): string {
  const released = withoutDev(expression);
  return isDevVersion(expression) && !released.startsWith("^") ? `^${released}` : released;
}

function withoutDev(version: string): string {
  return isDevVersion(version) ? version.slice(0, -DEV_SUFFIX.length) : version;
}

/**
 * Evaluates a version expression: `=` `!=` `>` `>=` `<` `<=`, bare versions, `~1.2`, `^1.2.3`, `1.2.*`,
 * `1.0.0 - 2.0.0`, joined by `&` and `|`, negated by `!( )`, grouped by parentheses.
 *
 * @throws Error where the expression has no meaning
 */
export function satisfies(version: string, expression: string): boolean {
  const predicate = new ExpressionParser(expression).parse();
  return predicate(parseVersion(version));
}

function parseVersion(text: string): Version {
  const withoutBuild = text.replace(/\+.*$/, "");
  const core = withoutBuild.replace(/-.*$/, "");
  const preRelease = withoutBuild.slice(core.length + 1);
  const numbers = core.split(".").map(Number);
  if (numbers.length > 3 || !numbers.every(Number.isSafeInteger) || core === "") {
    throw new Error(`'${text}' is no version`);
  }
  const [major = 0, minor = 0, patch = 0] = numbers;
  return { numbers: [major, minor, patch], preRelease };
}

/** Order of semantic versions: negative, zero or positive. */
function compare(left: Version, right: Version): number {
  for (const index of [0, 1, 2] as const) {
    const difference = left.numbers[index] - right.numbers[index];
    if (difference !== 0) {
      return difference;
    }
  }
  return comparePreRelease(left.preRelease, right.preRelease);
}

/** A version without a pre-release part comes after those with one. */
function comparePreRelease(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  if (left === "" || right === "") {
    return left === "" ? 1 : -1;
  }
  const rightParts = right.split(".");
  for (const [index, part] of left.split(".").entries()) {
    const difference = compareIdentifiers(part, rightParts[index]);
    if (difference !== 0) {
      return difference;
    }
  }
  return -1;
}

/** Semantic Versioning 2.0, rule 11.4: numbers by value and before words, a missing part first. */
function compareIdentifiers(left: string, right: string | undefined): number {
  if (right === undefined) {
    return 1;
  }
  const isLeftNumber = /^\d+$/.test(left);
  const isRightNumber = /^\d+$/.test(right);
  if (isLeftNumber && isRightNumber) {
    return Number(left) - Number(right);
  }
  if (isLeftNumber !== isRightNumber) {
    return isLeftNumber ? -1 : 1;
  }
  return left === right ? 0 : left < right ? -1 : 1;
}

const COMPARATORS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
};

const TOKEN = /\s*(!=|>=|<=|[=><~^&|!()]|-(?=\s)|\d[0-9A-Za-z.*+-]*|\*)/y;

/** Recursive descent over `or := and ('|' and)*`, `and := unary ('&' unary)*`. */
class ExpressionParser {
  readonly #expression: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = this.#tokenise(expression);
  }

  parse(): Predicate {
    const predicate = this.#or();
    if (this.#at < this.#tokens.length) {
      throw this.#error();
    }
    return predicate;
  }

  #tokenise(expression: string): string[] {
    const tokens: string[] = [];
    const pattern = new RegExp(TOKEN);
    const text = expression.trimEnd();
    while (pattern.lastIndex < text.length) {
      const match = pattern.exec(text);
      if (match?.[1] === undefined) {
        throw this.#error();
      }
      tokens.push(match[1]);
    }
    return tokens;
  }

  #or(): Predicate {
    let left = this.#and();
    while (this.#accept("|")) {
      const before = left;
      const right = this.#and();
      left = (version) => before(version) || right(version);
    }
    return left;
  }

  #and(): Predicate {
    let left = this.#unary();
    while (this.#accept("&")) {
      const before = left;
      const right = this.#unary();
      left = (version) => before(version) && right(version);
    }
    return left;
  }

  #unary(): Predicate {
    if (this.#accept("!")) {
      const inner = this.#group();
      return (version) => !inner(version);
    }
    return this.#tokens[this.#at] === "(" ? this.#group() : this.#range();
  }

  #group(): Predicate {
    this.#expect("(");
    const inner = this.#or();
    this.#expect(")");
    return inner;
  }

  #range(): Predicate {
    const token = this.#next();
    const comparator = COMPARATORS[token];
    if (comparator !== undefined) {
      const bound = parseVersion(this.#next());
      return (version) => comparator(compare(version, bound));
    }
    if (token === "~" || token === "^") {
      return token === "~" ? tildeRange(this.#next()) : caretRange(this.#next());
    }
    if (token.includes("*")) {
      return wildcardRange(token);
    }
    return this.#accept("-")
      ? between(parseVersion(token), parseVersion(this.#next()))
      : exactly(parseVersion(token));
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) {
      throw this.#error();
    }
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) {
      throw this.#error();
    }
    this.#at += 1;
    return token;
  }

  #error(): Error {
    return new Error(`'${this.#expression}' is no version expression`);
  }
}

function exactly(bound: Version): Predicate {
  return (version) => compare(version, bound) === 0;
}

function between(low: Version, high: Version): Predicate {
  return (version) => compare(version, low) >= 0 && compare(version, high) <= 0;
}

function fromUpTo(low: Version, high: Version): Predicate {
  return (version) => compare(version, low) >= 0 && compare(version, high) < 0;
}

function release(major: number, minor = 0): Version {
  return { numbers: [major, minor, 0], preRelease: "" };
}

/** `~1` has no upper bound, `~1.5` stays below 2.0.0, `~1.2.3` below 1.3.0. */
function tildeRange(text: string): Predicate {
  const low = parseVersion(text);
  const [major, minor] = low.numbers;
  const depth = text.replace(/-.*$/, "").split(".").length;
  if (depth === 1) {
    return (version) => compare(version, low) >= 0;
  }
  return fromUpTo(low, depth === 2 ? release(major + 1) : release(major, minor + 1));
}

/** `^1.2.3` stays below 2.0.0. */
function caretRange(text: string): Predicate {
  const low = parseVersion(text);
  return fromUpTo(low, release(low.numbers[0] + 1));
}

/** `1.*` and `1.2.*`; `*` alone is any version. */
function wildcardRange(text: string): Predicate {
  const fixed = text.split(".").slice(0, text.split(".").indexOf("*"));
  if (fixed.length === 0) {
    return () => true;
  }
  const low = parseVersion(fixed.join("."));
  const [major, minor] = low.numbers;
  return fromUpTo(low, fixed.length === 1 ? release(major + 1) : release(major, minor + 1));
}
