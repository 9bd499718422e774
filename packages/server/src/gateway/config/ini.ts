/**
 * Reads `key=value` lines; `;` begins a comment line, `[name]` a section, which becomes a nested object.
 * @throws Error naming the first line that is none of these
 */
export function parseIni(text: string): Record<string, string | Record<string, string>> {
  const root: Record<string, string | Record<string, string>> = {};
  let section: Record<string, string | Record<string, string>> = root;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith(";") || line.startsWith("#")) continue;
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      const opened: Record<string, string> = {};
      root[header] = opened;
      section = opened;
      continue;
    }
    const pair = /^([^=]+)=(.*)$/.exec(line);
    if (pair === null) throw new Error(`line ${index + 1}: no key=value`);
    section[(pair[1] ?? "").trim()] = (pair[2] ?? "").trim();
  }
  return root;
}
