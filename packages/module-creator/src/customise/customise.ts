import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { readIfThere } from "../emit/files.js";
import type { RenderedFile } from "../emit/render.js";
import { mergeJson } from "./merge-json.js";
import { mergePom } from "./merge-pom.js";

type Merge = (generated: string, custom: string, file: string) => string;

/** Files of a package that one beside the KMDs may change, with how the two are joined. */
const MERGES: Readonly<Record<string, Merge>> = {
  "pom.xml": mergePom,
  "package.json": mergeJson,
  "bower.json": mergeJson,
};

/**
 * Merges the files of the same name that lie beside the KMDs into generated ones. One that nothing generates
 * is taken as it is.
 *
 * @param rom paths given with `-r`
 * @param names files that may be customised, keys of {@link MERGES}
 * @param warn told where several folders have a file, of which the first one wins
 * @throws Error where a customiser cannot be read
 */
export function customise(
  files: readonly RenderedFile[],
  rom: readonly string[],
  names: readonly string[],
  warn: (message: string) => void,
): readonly RenderedFile[] {
  const folders = [...new Set(rom.map(folderOf))];
  return names.reduce((current, name) => {
    const found = folders.map((folder) => join(folder, name)).flatMap(textOf);
    const [first] = found;
    if (first === undefined) {
      return current;
    }
    if (found.length > 1) {
      warn(`Warning: several ${name} beside the KMDs, only ${first.file} is used`);
    }
    const before = current.find(({ path }) => path === name);
    const text =
      before === undefined ? first.text : MERGES[name]?.(before.text, first.text, first.file);
    const others = current.filter((file) => file !== before);
    return [...others, { path: name, text: text ?? first.text }];
  }, files);
}

function folderOf(path: string): string {
  return statSync(path).isDirectory() ? path : dirname(path);
}

function textOf(file: string): readonly { readonly file: string; readonly text: string }[] {
  const text = readIfThere(file);
  return text === undefined ? [] : [{ file, text }];
}
