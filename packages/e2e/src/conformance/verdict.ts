import { exceptions, unbuiltClasses, type Exception, type ExceptionKind } from "./exceptions.js";
import { isObject, type Json } from "./json.js";
import type { ReplayResult } from "./replay.js";

/** A difference: in the exchange of that number, or in an event. */
interface Difference {
  readonly n: number | undefined;
  /** What the transcript has, and what came. */
  readonly text: string;
  readonly expected: Json;
  readonly difference: string;
}

/** An accepted difference: of which kind, and why. */
interface Excuse {
  readonly kind: ExceptionKind;
  readonly reason: string;
}

/** What became of the exchanges, or of the events, of a transcript. */
export interface Tally {
  readonly all: number;
  readonly matched: number;
  /** Accepted differences. */
  readonly excused: readonly Excuse[];
  /** Differences that nothing excuses. */
  readonly failures: readonly string[];
}

/** How a transcript went. */
export interface Verdict {
  readonly transcript: string;
  readonly exchanges: Tally;
  readonly events: Tally;
  /** Exceptions that are not needed any more. */
  readonly stale: readonly string[];
}

/** Judges a replay by the table of exceptions. */
export function judge(result: ReplayResult): Verdict {
  const judgement = new Judgement(result.transcript);
  const inExchanges = result.exchanges.flatMap(({ difference, ...exchange }) =>
    difference === undefined ? [] : [{ ...exchange, difference }],
  );
  const inEvents = result.events.findings.map((text): Difference => ({
    n: undefined,
    text,
    expected: null,
    difference: "",
  }));
  return {
    transcript: result.transcript,
    exchanges: judgement.tally(inExchanges, result.exchanges.length),
    events: judgement.tally(inEvents, result.events.expected),
    stale: staleExceptions(result.transcript, [...inExchanges, ...inEvents]),
  };
}

/** True for an event that need not be waited for: the table says that it does not come. */
export function isExceptedEvent(transcript: string, event: string): boolean {
  const difference = { n: undefined, text: event, expected: null, difference: "" };
  return new Judgement(transcript).excuse(difference) !== undefined;
}

class Judgement {
  readonly #transcript: string;
  /** Ids of objects that could not be created, with the reason. */
  readonly #lost = new Map<string, Excuse>();

  constructor(transcript: string) {
    this.#transcript = transcript;
  }

  tally(differences: readonly Difference[], all: number): Tally {
    const excused: Excuse[] = [];
    const failures: string[] = [];
    for (const difference of differences) {
      const excuse = this.excuse(difference);
      if (excuse === undefined) failures.push(describe(difference));
      else excused.push(excuse);
    }
    return { all, matched: Math.max(0, all - differences.length), excused, failures };
  }

  excuse(difference: Difference): Excuse | undefined {
    const excuse =
      this.#exception(difference) ?? this.#followsFromLost(difference) ?? unbuilt(difference);
    const id = createdId(difference.expected);
    if (excuse?.kind === "later" && id !== undefined) this.#lost.set(id, excuse);
    return excuse;
  }

  #exception(difference: Difference): Excuse | undefined {
    const found = exceptions.find(
      (exception) =>
        isOf(exception, this.#transcript) && keysOf(exception).some((key) => fits(key, difference)),
    );
    return found && { kind: found.kind, reason: `${found.reason} (${found.source})` };
  }

  #followsFromLost({ text }: Difference): Excuse | undefined {
    return [...this.#lost].find(([id]) => text.includes(id))?.[1];
  }
}

function unbuilt({ text }: Difference): Excuse | undefined {
  const name = Object.keys(unbuiltClasses).find(
    (each) => text.includes(`_kurento.${each}"`) || text.includes(`"${each}"`),
  );
  if (name === undefined) return undefined;
  return { kind: "later", reason: `${name} (${unbuiltClasses[name] ?? ""})` };
}

function isOf(exception: Exception, transcript: string): boolean {
  return transcript.startsWith(`${exception.transcript}-`);
}

function keysOf({ exchanges = [], events = [] }: Exception): readonly (number | string)[] {
  return [...exchanges, ...events];
}

function fits(key: number | string, { n, text }: Difference): boolean {
  if (typeof key === "number") return key === n;
  return n === undefined && key.split(" ").every((word) => text.includes(word));
}

/** The id that a request should have created. */
function createdId(expected: Json): string | undefined {
  const result = isObject(expected) && isObject(expected["result"]) ? expected["result"] : {};
  const { value } = result;
  return typeof value === "string" && /_\w+\.\w+$/.test(value) ? value : undefined;
}

function staleExceptions(
  transcript: string,
  differences: readonly Difference[],
): readonly string[] {
  return exceptions
    .filter((exception) => isOf(exception, transcript))
    .flatMap((exception) =>
      keysOf(exception)
        .filter((key) => !differences.some((difference) => fits(key, difference)))
        .map((key) => `the exception for ${key} is not needed: ${exception.reason}`),
    );
}

function describe({ n, text, difference }: Difference): string {
  return n === undefined ? text : `${n}: ${text}\n  ${difference}`;
}
