import { isObject, type Json, type JsonObject } from "./json.js";
import { findDifference } from "./match.js";
import { normalise, shape } from "./normalise.js";
import type { Bindings } from "./symbols.js";

/** Events of which each single one must come, and no other: they follow from calls alone. */
const COUNTED: ReadonlySet<string> = new Set([
  "ElementConnected",
  "ElementDisconnected",
  "EndOfStream",
  "ObjectCreated",
  "ObjectDestroyed",
  "UriEndpointStateChanged",
]);

/** Events that must come once at least: how often depends on the media code. */
const AT_LEAST_ONCE: ReadonlySet<string> = new Set([
  "ConnectionStateChanged",
  "Error",
  "IceGatheringDone",
  "MediaSessionStarted",
  "MediaSessionTerminated",
]);

/** True for an event that counts only once, however often it comes. */
export function isRepeatable(type: string): boolean {
  return AT_LEAST_ONCE.has(type);
}

/** How an event is compared: itself, or, where media and network decide whether it comes, its members and their types. */
export function isCertain(type: string): boolean {
  return COUNTED.has(type) || AT_LEAST_ONCE.has(type);
}

/** The normal form of an event. */
export function normaliseEvent(event: JsonObject): JsonObject {
  const { data = null, object = null, type = null } = event;
  if (isCertain(String(type))) return { type, object, data: normalise(data) };
  return { type, data: shape(data) };
}

/** The events of one connection: those that the transcript has, and those that come. */
export class EventLog {
  readonly #bindings: Bindings;
  readonly #missing: JsonObject[] = [];
  readonly #givenUp: JsonObject[] = [];
  readonly #matched: JsonObject[] = [];
  readonly #shapes = new Map<string, JsonObject>();
  #unexpected: JsonObject[] = [];
  #expectedCount = 0;
  readonly #wrongShapes = new Set<string>();

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  /** Events that the transcript has, shapes included. */
  get expectedCount(): number {
    return this.#expectedCount;
  }

  /** True when nothing is missing that the transcript has had so far, apart from what was given up. */
  get isComplete(): boolean {
    this.#settle();
    return this.#missing.every((event) => this.#givenUp.includes(event));
  }

  /** Stops waiting for what is missing now; it may still come. */
  giveUp(): void {
    this.#givenUp.push(...this.#missing);
  }

  /** @param isAwaited false when the log is complete without it */
  expect(event: JsonObject, isAwaited: boolean): void {
    this.#expectedCount += 1;
    if (!isAwaited) this.#givenUp.push(event);
    this.#missing.push(event);
  }

  expectShape(event: JsonObject): void {
    this.#expectedCount += 1;
    this.#shapes.set(String(event["type"]), event);
  }

  /** @param event `params.value` of an `onEvent` */
  add(event: JsonObject): void {
    const normal = normaliseEvent(event);
    if (isCertain(String(normal["type"]))) this.#unexpected.push(normal);
    else this.#compareShape(normal);
  }

  /** What is wrong so far. */
  findings(): readonly string[] {
    this.#settle();
    const counted = this.#unexpected.filter((event) => COUNTED.has(String(event["type"])));
    return [
      ...this.#missing.map((event) => `did not come: ${JSON.stringify(event)}`),
      ...counted.map((event) => this.#bindings.encode(`not expected: ${JSON.stringify(event)}`)),
      ...this.#wrongShapes,
    ];
  }

  #settle(): void {
    this.#unexpected = this.#unexpected.filter((event) => !this.#take(event));
  }

  #take(event: JsonObject): boolean {
    const index = this.#missing.findIndex((other) => this.#isSame(other, event));
    if (index >= 0) this.#matched.push(...this.#missing.splice(index, 1));
    if (index >= 0) return true;
    return (
      isRepeatable(String(event["type"])) &&
      this.#matched.some((other) => this.#isSame(other, event))
    );
  }

  #isSame(expected: JsonObject, actual: JsonObject): boolean {
    return findDifference(expected, actual, this.#bindings) === undefined;
  }

  #compareShape(event: JsonObject): void {
    const expected = this.#shapes.get(String(event["type"]));
    if (expected === undefined) return;
    const difference = findDifference(expected, event, this.#bindings);
    if (difference !== undefined) this.#wrongShapes.add(`${String(event["type"])}: ${difference}`);
  }
}

/** The event in a message, `undefined` for a response. */
export function eventOf(message: Json): JsonObject | undefined {
  if (!isObject(message) || message["method"] !== "onEvent") return undefined;
  const params = isObject(message["params"]) ? message["params"] : {};
  return isObject(params["value"]) ? params["value"] : undefined;
}
