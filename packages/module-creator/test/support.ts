import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { RenderedFile } from "../src/emit/render.js";
import type { KmdText } from "../src/kmd/read.js";

const here = dirname(fileURLToPath(import.meta.url));

/** A path below `test/`. */
export function testPath(...parts: readonly string[]): string {
  return join(here, ...parts);
}

/** The folder that holds the packages. */
export const packagesFolder = dirname(dirname(here));

/** All files below a folder by path, empty where there is no folder. */
export function readTree(folder: string): Map<string, string> {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return new Map();
  }
  return new Map(
    entries.toSorted().map((file) => [relative(folder, file), readFileSync(file, "utf8")]),
  );
}

/** The KMD files below a folder, named by their path in it. */
export function readKmds(folder: string): readonly KmdText[] {
  return [...readTree(folder)]
    .filter(([file]) => file.endsWith(".kmd.json"))
    .map(([file, text]) => ({ file, text }));
}

/** Fixtures of the modules that every other one imports. */
export function stockFixtures(): readonly KmdText[] {
  return ["core", "elements", "filters"].flatMap((name) =>
    readKmds(testPath("fixtures", name)).map(({ file, text }) => ({
      file: join(name, file),
      text,
    })),
  );
}

/** Replaces a golden folder. */
export function writeTree(folder: string, files: readonly RenderedFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
