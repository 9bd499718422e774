/** Text that is not what its format asks for; the message begins with `line:column`. */
export class ConfigSyntaxError extends Error {
  /** @param offset where in the text, in characters */
  constructor(text: string, offset: number, problem: string) {
    const before = text.slice(0, offset).split("\n");
    super(`${before.length}:${(before.at(-1) ?? "").length + 1} ${problem}`);
  }
}

/** Objects in objects that a file may hold; so deep a file is never meant. */
export const maxDepth = 100;
