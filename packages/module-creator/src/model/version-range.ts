import { isDevVersion } from "./version.js";

/** One end of an interval. */
interface Bound {
  readonly version: string;
  readonly isInclusive: boolean;
}

/** Versions between two ends; an end that is absent is open. */
interface Interval {
  readonly low?: Bound;
  readonly high?: Bound;
}

/** How a build system writes ranges. */
interface Notation {
  readonly version: (version: string) => string;
  readonly interval: (interval: Interval) => string;
  readonly separator: string;
}

const VERSION = String.raw`\d+(?:\.\d+){0,2}(?:-[\w.-]+)?`;
const PLAIN = new RegExp(`^${VERSION}$`);
const COMPARISON = new RegExp(`^(=|>=|>|<=|<|\\^|~|)\\s*(${VERSION})$`);
const HYPHEN = new RegExp(`^(${VERSION})\\s+-\\s+(${VERSION})$`);
const WILDCARD = /^(\d+(?:\.\d+)?)\.\*$/;

/**
 * A version expression as a Maven version or range: `^1.2.3` as `[1.2.3,2.0.0-SNAPSHOT)`, `1.0.0-dev` as
 * `1.0.0-SNAPSHOT`.
 *
 * @throws Error where Maven cannot say it, such as `!=1.0.0`
 */
export function mavenRange(expression: string): string {
  return convert(expression, MAVEN);
}

/**
 * A version expression as npm writes it: `^1.2.3` as `>=1.2.3 <2.0.0`, `1.0.0-dev` as `1.0.0`.
 *
 * @throws Error where npm cannot say it, such as `!=1.0.0`
 */
export function npmRange(expression: string): string {
  return convert(expression, NPM);
}

/** A version as Maven has it: `-dev` is `-SNAPSHOT`. */
export function mavenVersion(version: string): string {
  return version.replace(/-dev$/, "-SNAPSHOT");
}

/** A version without the mark of a development version. */
export function releaseVersion(version: string): string {
  return version.replace(/-dev$/, "");
}

const MAVEN: Notation = {
  version: mavenVersion,
  separator: ",",
  interval: ({ low, high }) => {
    const start =
      low === undefined ? "(" : `${low.isInclusive ? "[" : "("}${mavenVersion(low.version)}`;
    return `${start},${high === undefined ? ")" : mavenEnd(high)}`;
  },
};

/** An upper end that is left out also leaves out its snapshots. */
function mavenEnd({ version, isInclusive }: Bound): string {
  if (isInclusive) {
    return `${mavenVersion(version)}]`;
  }
  return `${isDevVersion(version) ? mavenVersion(version) : `${version}-SNAPSHOT`})`;
}

const NPM: Notation = {
  version: releaseVersion,
  separator: " || ",
  interval: ({ low, high }) => {
    const start = low && `>${low.isInclusive ? "=" : ""}${releaseVersion(low.version)}`;
    const end = high && `<${high.isInclusive ? "=" : ""}${releaseVersion(high.version)}`;
    return [start, end].filter((part) => part !== undefined).join(" ");
  },
};

function convert(expression: string, notation: Notation): string {
  const alternatives = expression.split("|").map((part) => part.trim());
  return PLAIN.test(expression)
    ? notation.version(expression)
    : alternatives
        .map((part) => notation.interval(parse(part, expression)))
        .join(notation.separator);
}

/** Terms joined by `&`, as one interval: at most one term gives each end. */
function parse(alternative: string, expression: string): Interval {
  const intervals = alternative.split("&").map((term) => parseTerm(term.trim()));
  const lows = intervals.flatMap((interval) => interval?.low ?? []);
  const highs = intervals.flatMap((interval) => interval?.high ?? []);
  if (intervals.includes(undefined) || lows.length > 1 || highs.length > 1) {
    throw new Error(`Version '${expression}' in import not supported`);
  }
  return { ...(lows[0] && { low: lows[0] }), ...(highs[0] && { high: highs[0] }) };
}

function parseTerm(term: string): Interval | undefined {
  const [, operator = "none", version = ""] = COMPARISON.exec(term) ?? [];
  const [, from, to] = HYPHEN.exec(term) ?? [];
  if (from !== undefined && to !== undefined) {
    return { low: bound(from, true), high: bound(to, true) };
  }
  return COMPARISONS.get(operator)?.(version) ?? parseWildcard(term);
}

const COMPARISONS: ReadonlyMap<string, (version: string) => Interval> = new Map([
  ["", (version) => ({ low: bound(version, true), high: bound(version, true) })],
  ["=", (version) => ({ low: bound(version, true), high: bound(version, true) })],
  [">=", (version) => ({ low: bound(version, true) })],
  [">", (version) => ({ low: bound(version, false) })],
  ["<=", (version) => ({ high: bound(version, true) })],
  ["<", (version) => ({ high: bound(version, false) })],
  ["^", (version) => upTo(version, 1)],
  ["~", tilde],
]);

/** `~1` is open above, `~1.2` ends before 2.0.0, `~1.2.3` before 1.3.0. */
function tilde(version: string): Interval {
  const depth = numbersOf(version).length;
  return depth === 1 ? { low: bound(version, true) } : upTo(version, depth - 1);
}

function parseWildcard(term: string): Interval | undefined {
  const [, fixed] = WILDCARD.exec(term) ?? [];
  return fixed === undefined ? undefined : upTo(fixed, numbersOf(fixed).length);
}

/** From a version up to, not with, the one that has the last of its first `count` numbers raised. */
function upTo(version: string, count: number): Interval {
  const end = numbersOf(version)
    .slice(0, count)
    .map((number, index) => (index === count - 1 ? number + 1 : number));
  return { low: bound(version, true), high: bound(end.join("."), false) };
}

/** Versions in ranges have three numbers. */
function bound(version: string, isInclusive: boolean): Bound {
  const whole = [...numbersOf(version), 0, 0].slice(0, 3).join(".");
  return { version: whole + version.replace(/^[\d.]+/, ""), isInclusive };
}

function numbersOf(version: string): readonly number[] {
  return version.replace(/-.*$/, "").split(".").map(Number);
}
