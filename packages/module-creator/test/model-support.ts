import { KmdErrors } from "../src/kmd/error.js";
import type { KmdText } from "../src/kmd/read.js";
import { loadModel } from "../src/model/load.js";
import type { Model } from "../src/model/types.js";

/** Content of a KMD file. */
export type Json = Readonly<Record<string, unknown>>;

/** A file of that name with a content. */
export const file = (name: string, content: Json): KmdText => ({
  file: `${name}.kmd.json`,
  text: JSON.stringify(content, undefined, 1),
});
/** A file that is a module of that name. */
export const stock = (name: string, content: Json = {}): KmdText =>
  file(name, { name, version: "7.3.0", ...content });
/** A core with the class `Thing` and the event `Base`. */
export const CORE = stock("core", {
  remoteClasses: [{ name: "Thing" }],
  events: [{ name: "Base", properties: [] }],
});
/** The modules that all others import. */
export const STOCK = [CORE, stock("elements"), stock("filters")];
/** What makes a file a module named `mine`. */
export const HEAD = { name: "mine", version: "1.0.0", kurentoVersion: "^7.0.0" };

/** Loads a module named `mine`. */
export const load = (content: Json, dependencies: readonly KmdText[] = STOCK): Model =>
  loadModel([file("mine", { ...HEAD, ...content })], dependencies);

/** The messages of the faults that an action throws. */
export function messagesOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof KmdErrors) {
      return error.errors.map(({ message }) => message);
    }
    throw error;
  }
  return [];
}
/** The same without line and column. */
export const problemsOf = (action: () => unknown): readonly string[] =>
  messagesOf(action).map((message) => message.replace(/:\d+:\d+ /, ": "));
/** The faults of a module named `mine`, without line and column. */
export const problems = (content: Json, dependencies?: readonly KmdText[]): readonly string[] =>
  problemsOf(() => load(content, dependencies));
