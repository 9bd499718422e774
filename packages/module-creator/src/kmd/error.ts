/** Where in a KMD file something stands. */
export interface KmdLocation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON path, `$.remoteClasses[0].name`. */
  readonly path: string;
}

/** What is the matter at a place. */
export interface Fault {
  /** What is wrong. */
  readonly problem: string;
  /** What should be there instead. */
  readonly expected: string;
  /** What the author may have meant. */
  readonly hint?: string | undefined;
}

/** A fault in a KMD file or between KMD files; its message is `file:line:col path: problem, expected ...`. */
export class KmdError extends Error {
  readonly location: KmdLocation;
  readonly fault: Fault;

  constructor(location: KmdLocation, fault: Fault) {
    super(formatMessage(location, fault));
    this.name = "KmdError";
    this.location = location;
    this.fault = fault;
  }
}

/** Several faults found together. */
export class KmdErrors extends Error {
  readonly errors: readonly KmdError[];

  constructor(errors: readonly KmdError[]) {
    super(errors.map((error) => error.message).join("\n"));
    this.name = "KmdErrors";
    this.errors = errors;
  }
}

function formatMessage(location: KmdLocation, { problem, expected, hint }: Fault): string {
  const place = `${location.file}:${location.line}:${location.column} ${location.path}`;
  const message = `${place}: ${problem}, expected ${expected}`;
  return hint === undefined ? message : `${message} (${hint})`;
}

/** `["remoteClasses", 0, "name"]` as `$.remoteClasses[0].name`. */
export function jsonPath(segments: readonly (string | number)[]): string {
  return segments.reduce<string>((path, segment) => path + pathSegment(segment), "$");
}

function pathSegment(segment: string | number): string {
  if (typeof segment === "number") {
    return `[${segment}]`;
  }
  return /^[A-Za-z_$][\w$]*$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}

/** The candidate nearest to a misspelt word, as a hint; `undefined` where none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.min(
    word.length - 1,
    word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3)),
  );
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === undefined ? undefined : `did you mean '${best}'?`;
}

/** Levenshtein distance. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
