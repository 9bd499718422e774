import { mapTexts, type Json } from "../src/conformance/json.js";
import type { Line } from "../src/conformance/transcript.js";

const LONG = 300;

/** Lines in which each long text that occurs more than once stands once, in the first line. */
export function shareTexts(lines: readonly Line[]): readonly Line[] {
  const counts = new Map<string, number>();
  changeTexts(lines, (text) => {
    if (text.length > LONG) counts.set(text, (counts.get(text) ?? 0) + 1);
    return text;
  });
  const repeated = [...counts].filter(([, count]) => count > 1).map(([text]) => text);
  if (repeated.length === 0) return lines;
  const names = new Map(repeated.map((text, index) => [text, `text${index + 1}`]));
  const shared = changeTexts(lines, (text) => {
    const name = names.get(text);
    return name === undefined ? text : `<${name}>`;
  });
  return [{ texts: Object.fromEntries([...names].map(([text, name]) => [name, text])) }, ...shared];
}

function changeTexts(lines: readonly Line[], change: (text: string) => string): readonly Line[] {
  return mapTexts(lines as unknown as Json, change) as unknown as readonly Line[];
}
