import { readKmd, type KmdSource, type KmdText } from "../kmd/read.js";
import { buildModule } from "./build-module.js";
import { checkModule } from "./check-module.js";
import { moduleCode } from "./code.js";
import { fuse, groupModules, type FusedModule } from "./fuse.js";
import {
  allImports,
  checkImports,
  identify,
  inImportOrder,
  resolveImports,
  type DeclaredImport,
  type Identity,
} from "./imports.js";
import { Problems } from "./problems.js";
import type { Model, Module } from "./types.js";

/** A module whose name, version and imports are known. */
interface Candidate {
  readonly name: string;
  readonly identity: Identity;
  readonly imports: readonly DeclaredImport[];
  readonly fused: FusedModule;
}

/**
 * Makes the model of one module.
 *
 * @param files the module's own KMD files
 * @param dependencies KMD files of the modules it may import; one of its own name is left out
 * @throws KmdErrors with all that is wrong, as far as it can be seen at once
 */
export function loadModel(files: readonly KmdText[], dependencies: readonly KmdText[]): Model {
  const target = toCandidate(fuse(readAll(files)));
  const others = groupModules(readAll(dependencies))
    .map((group) => toCandidate(fuse(group)))
    .filter(({ name }) => name !== target.name);
  const ordered = checkedOrder([target, ...others]);
  const needed = closure(target, ordered);
  const imported = ordered.filter(({ name }) => needed.has(name) && name !== target.name);
  const problems = new Problems();
  const built = new Map<string, Module>();
  imported.forEach((candidate) => build(candidate, ordered, built, problems));
  const needs = [...built.values()];
  const module = build(target, ordered, built, problems);
  problems.throwIfAny();
  return deepFreeze({ module, dependencies: needs });
}

function readAll(texts: readonly KmdText[]): KmdSource[] {
  const problems = new Problems();
  const sources = texts.flatMap((text) => problems.collect(() => readKmd(text)) ?? []);
  problems.throwIfAny();
  return sources;
}

function toCandidate(fused: FusedModule): Candidate {
  const problems = new Problems();
  const identity = identify(fused, problems);
  problems.throwIfAny();
  return { name: identity.name, identity, imports: allImports(identity, fused), fused };
}

function checkedOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const problems = new Problems();
  const available = new Map(candidates.map(({ name, identity }) => [name, identity]));
  const ordered = inImportOrder(candidates, ({ fused }, cycle) => {
    problems.add(
      fused.originOf("imports"),
      `Found a dependency cycle in plugin: ${cycle.join(" -> ")}`,
      "imports without cycle",
    );
  });
  const needed = closure(candidates[0], ordered);
  for (const candidate of ordered.filter(({ name }) => needed.has(name))) {
    checkImports(candidate.identity, candidate.fused, available, problems);
  }
  problems.throwIfAny();
  return ordered;
}

/** Names of a module and all that it imports, directly or not. */
function closure(
  start: Candidate | undefined,
  candidates: readonly Candidate[],
): ReadonlySet<string> {
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const reached = new Set<string>();
  const visit = (candidate: Candidate | undefined): void => {
    if (candidate !== undefined && !reached.has(candidate.name)) {
      reached.add(candidate.name);
      candidate.imports.forEach(({ name }) => visit(byName.get(name)));
    }
  };
  visit(start);
  return reached;
}

/** Builds a module after those that it imports, and adds it to them. */
function build(
  candidate: Candidate,
  ordered: readonly Candidate[],
  built: Map<string, Module>,
  problems: Problems,
): Module {
  const { identity, fused, name } = candidate;
  const needed = closure(candidate, ordered);
  const visible = [...built.values()].filter((module) => needed.has(module.name));
  const imports = resolveImports(identity, fused, built, problems);
  const code = moduleCode(identity, fused, problems);
  const module = buildModule({ identity, fused, imports, code, visible }, problems);
  checkModule(module, fused, visible, problems);
  built.set(name, module);
  return module;
}

/** Freezes a value and all it refers to; references may form cycles. */
function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
