import { join } from "node:path";
import { KmdError, KmdErrors } from "../src/kmd/error.js";
import type { KmdText } from "../src/kmd/read.js";
import { checkPaths } from "../src/emit/write.js";
import { Renderer } from "../src/emit/render.js";
import { renderTarget, templateFolder } from "../src/generate.js";
import { loadModel } from "../src/model/load.js";
import { TARGETS } from "../src/targets.js";
import { Random, mutate } from "./mutate.js";
import { packagesFolder, readKmds } from "./support.js";

/** `file:line:col path: what is wrong, what was expected`, of whatever length. */
const MESSAGE = /^[^:]+\.kmd\.json:\d+:\d+ \$[^]*: [^]+, expected [^]+$/;
/** A file of some kilobytes takes milliseconds; what takes this long would hang on a bigger one. */
const LONGEST_MS = 5_000;

/** What became of the mutated files. */
export interface FuzzResult {
  readonly accepted: number;
  readonly rejected: number;
  /** What must not happen, each with the number of the run that shows it. */
  readonly failures: readonly string[];
}

/** The modules that files are taken from, each with those it imports. */
function realModules(): readonly (readonly [readonly KmdText[], readonly KmdText[]])[] {
  const [core = [], elements = [], filters = []] = ["core", "elements", "filters"].map((name) =>
    readKmds(join(packagesFolder, name, "kmd")),
  );
  return [
    [core, []],
    [elements, core],
    [filters, [...core, ...elements]],
  ];
}

/**
 * Loads real modules with one file mutated, and renders every target of those that are still right.
 *
 * @param runs how many files to mutate
 * @param seed makes the same files each time
 */
export function fuzzKmds(runs: number, seed: number): FuzzResult {
  const modules = realModules();
  const random = new Random(seed);
  const failures: string[] = [];
  let accepted = 0;
  for (let run = 0; run < runs; run += 1) {
    const [files, dependencies] = random.pick(modules);
    const victim = random.below(files.length);
    const mutated = files.map((file, index) =>
      index === victim ? { ...file, text: mutate(file.text, random) } : file,
    );
    const start = performance.now();
    const { isAccepted, failure } = attempt(mutated, dependencies);
    const took = performance.now() - start;
    accepted += isAccepted ? 1 : 0;
    if (failure !== undefined || took > LONGEST_MS) {
      failures.push(`run ${run} of seed ${seed}: ${failure ?? `took ${took} ms`}`);
    }
  }
  return { accepted, rejected: runs - accepted, failures };
}

interface Attempt {
  readonly isAccepted: boolean;
  readonly failure?: string;
}

const renderer = new Renderer(templateFolder());

function attempt(files: readonly KmdText[], dependencies: readonly KmdText[]): Attempt {
  try {
    const model = loadModel(files, dependencies);
    for (const target of Object.keys(TARGETS)) {
      checkPaths(renderTarget(model, target, {}, renderer));
    }
    return { isAccepted: true };
  } catch (error) {
    const failure = faultyError(error);
    return { isAccepted: false, ...(failure !== undefined && { failure }) };
  }
}

/** Errors of the author are located; any other is one of ours. */
function faultyError(error: unknown): string | undefined {
  const errors =
    error instanceof KmdErrors ? error.errors : error instanceof KmdError ? [error] : undefined;
  if (errors === undefined || errors.length === 0) {
    return error instanceof Error ? String(error.stack) : String(error);
  }
  return errors.map(({ message }) => message).find((message) => !MESSAGE.test(message));
}
