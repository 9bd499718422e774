import { basename, dirname } from "node:path";
import type { KmdSource } from "../kmd/read.js";
import type { KmdComplexType, KmdEvent, KmdFile, KmdRemoteClass } from "../kmd/types.js";
import { Origin, Problems } from "./problems.js";

/** Something of a KMD file together with its place. */
export interface Sourced<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** The files of one module as one definition; nothing is resolved yet. */
export interface FusedModule {
  readonly head: Readonly<Omit<KmdFile, ListKey>>;
  /** Place of a key of the head, or of the first file where the key is absent. */
  readonly originOf: (key: SingleKey) => Origin;
  readonly remoteClasses: readonly Sourced<KmdRemoteClass>[];
  readonly complexTypes: readonly Sourced<KmdComplexType>[];
  readonly events: readonly Sourced<KmdEvent>[];
}

const LIST_KEYS = ["remoteClasses", "complexTypes", "events"] as const;
type ListKey = (typeof LIST_KEYS)[number];
type SingleKey = Exclude<keyof KmdFile, ListKey>;

/** What may stand in one file of a module only, and how the error calls it. */
const SINGLE_KEYS: readonly (readonly [SingleKey, string])[] = [
  ["name", "Name"],
  ["version", "Version"],
  ["kurentoVersion", "Kurento version"],
  ["kurentoMavenVersion", "Kurento Maven version"],
  ["kurentoNpmVersion", "Kurento npm version"],
  ["imports", "Imports section"],
  ["repository", "Repository"],
  ["code", "Code section"],
];

/**
 * Joins the files of one module: lists one after the other, all else from the one file that has it.
 *
 * @param sources at least one
 * @throws KmdErrors where a key that may come once comes in several files
 */
export function fuse(sources: readonly KmdSource[]): FusedModule {
  const first = sources[0];
  if (first === undefined) {
    throw new Error("a module has at least one file");
  }
  const problems = new Problems();
  const head: Record<string, unknown> = {};
  const origins = new Map<SingleKey, Origin>();
  for (const [key, label] of SINGLE_KEYS) {
    for (const source of sources.filter(({ kmd }) => kmd[key] !== undefined)) {
      const origin = new Origin(source, [key]);
      const before = origins.get(key);
      if (before !== undefined) {
        problems.add(
          origin,
          `${label} can only be set in one kmd file`,
          "it in one of the module's files",
          `it is also set in ${before.location.file}`,
        );
        continue;
      }
      origins.set(key, origin);
      head[key] = source.kmd[key];
    }
  }
  problems.throwIfAny();
  return {
    head,
    originOf: (key) => origins.get(key) ?? new Origin(first),
    remoteClasses: sources.flatMap((source) =>
      listOf(source, "remoteClasses", source.kmd.remoteClasses),
    ),
    complexTypes: sources.flatMap((source) =>
      listOf(source, "complexTypes", source.kmd.complexTypes),
    ),
    events: sources.flatMap((source) => listOf(source, "events", source.kmd.events)),
  };
}

function listOf<T>(source: KmdSource, key: ListKey, values: readonly T[] = []): Sourced<T>[] {
  return values.map((value, index) => ({ value, origin: new Origin(source, [key, index]) }));
}

/**
 * Sorts dependency files into modules. A file with a name is a module; files without one belong to the
 * named file of their folder, and if that has several, to the one whose name their own begins with.
 *
 * @throws KmdErrors where a part belongs to no module
 */
export function groupModules(sources: readonly KmdSource[]): readonly (readonly KmdSource[])[] {
  const problems = new Problems();
  const heads = sources.filter(({ kmd }) => kmd.name !== undefined);
  const groups = new Map<KmdSource, KmdSource[]>(heads.map((head) => [head, [head]]));
  for (const part of sources.filter(({ kmd }) => kmd.name === undefined)) {
    const head = headOf(part, heads);
    if (head === undefined) {
      problems.add(
        new Origin(part),
        "no file in this folder gives the name of the module",
        "a file with the key 'name' beside it",
      );
    } else {
      groups.get(head)?.push(part);
    }
  }
  problems.throwIfAny();
  return [...groups.values()];
}

function headOf(part: KmdSource, heads: readonly KmdSource[]): KmdSource | undefined {
  const neighbours = heads.filter((head) => dirname(head.file) === dirname(part.file));
  if (neighbours.length === 1) {
    return neighbours[0];
  }
  return neighbours.find((head) => basename(part.file).startsWith(`${String(head.kmd.name)}.`));
}
