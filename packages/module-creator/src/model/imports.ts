import { didYouMean } from "../kmd/error.js";
import type { FusedModule } from "./fuse.js";
import type { Origin, Problems } from "./problems.js";
import { STOCK_MODULES, type Import } from "./types.js";
import { acceptsVersion, isDevVersion, isVersion } from "./version.js";

/** What identifies a module, checked. */
export interface Identity {
  readonly name: string;
  readonly version: string;
  readonly kurentoVersion: string;
}

/** Name, version and Kurento version of a module; adds what is missing or malformed to the problems. */
export function identify(fused: FusedModule, problems: Problems): Identity {
  const { name = "", version = "" } = fused.head;
  const isStock = STOCK_MODULES.includes(name);
  const kurentoVersion = fused.head.kurentoVersion ?? (isStock ? version : undefined);
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    problems.add(
      fused.originOf("name"),
      nameProblem(fused.head.name),
      "a module is named like 'chroma'",
    );
  }
  if (!isVersion(version)) {
    problems.add(
      fused.originOf("version"),
      versionProblem(fused.head.version),
      "a version is like 1.2.3 or 1.2.3-dev",
    );
  }
  if (kurentoVersion === undefined) {
    problems.add(
      fused.originOf("kurentoVersion"),
      "Kurento version is mandatory",
      'add "kurentoVersion": "^7.0.0"',
    );
  }
  return { name, version, kurentoVersion: kurentoVersion ?? "" };
}

function nameProblem(name: string | undefined): string {
  return name === undefined ? "Name is mandatory" : `'${name}' cannot be the name of a module`;
}

function versionProblem(version: string | undefined): string {
  return version === undefined ? "Version is mandatory" : `'${version}' is no semantic version`;
}

/** The imports that a module has without saying so: core, then elements, then filters. */
export function autoImports(
  { name, kurentoVersion }: Identity,
  fused: FusedModule,
): readonly Import[] {
  const position = STOCK_MODULES.indexOf(name);
  const implied = position < 0 ? STOCK_MODULES : STOCK_MODULES.slice(0, position);
  return implied.map((imported) => ({
    name: imported,
    version: kurentoVersion,
    mavenVersion: fused.head.kurentoMavenVersion,
    npmVersion: fused.head.kurentoNpmVersion,
  }));
}

/** Explicit imports, then those of the automatic ones that are not among them. */
export function allImports(identity: Identity, fused: FusedModule): readonly Import[] {
  const explicit = (fused.head.imports ?? []).map(
    ({ name, version, mavenVersion, npmVersion }) => ({
      name,
      version,
      mavenVersion,
      npmVersion,
    }),
  );
  const named = new Set(explicit.map(({ name }) => name));
  return [...explicit, ...autoImports(identity, fused).filter(({ name }) => !named.has(name))];
}

/** Checks that each import is there in an accepted version, and that releases use releases only. */
export function checkImports(
  identity: Identity,
  fused: FusedModule,
  available: ReadonlyMap<string, Identity>,
  problems: Problems,
): void {
  for (const [index, imported] of allImports(identity, fused).entries()) {
    const isExplicit = index < (fused.head.imports?.length ?? 0);
    const origin = isExplicit
      ? fused.originOf("imports").at(index)
      : fused.originOf("kurentoVersion");
    checkImport(imported, available, origin, problems);
    if (!isDevVersion(identity.version) && isDevVersion(imported.version)) {
      problems.add(
        origin,
        `All dependencies of a release version must be also release versions: '${imported.name}' is ${imported.version}`,
      );
    }
  }
}

function checkImport(
  imported: Import,
  available: ReadonlyMap<string, Identity>,
  origin: Origin,
  problems: Problems,
): void {
  const found = available.get(imported.name);
  if (found === undefined) {
    const hint = didYouMean(imported.name, available.keys()) ?? "give its KMD files with -dr";
    problems.add(
      origin,
      `Import '${imported.name}' not found in dependencies in any version`,
      hint,
    );
  } else if (!isAccepted(imported, found.version, origin, problems)) {
    problems.add(
      origin,
      `Import '${imported.name}' with version ${imported.version} not found in dependencies, found version: ${found.version}`,
    );
  }
}

function isAccepted(
  imported: Import,
  version: string,
  origin: Origin,
  problems: Problems,
): boolean {
  try {
    return acceptsVersion(imported.version, version);
  } catch (error) {
    problems.add(
      origin,
      error instanceof Error ? error.message : String(error),
      "write it like '^7.0.0'",
    );
    return true;
  }
}

/** Orders modules so that each comes after those it imports; a cycle is a problem of the module closing it. */
export function inImportOrder<
  T extends { readonly name: string; readonly imports: readonly Import[] },
>(modules: readonly T[], onCycle: (module: T, cycle: readonly string[]) => void): readonly T[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const done = new Set<T>();
  const visit = (module: T, trail: readonly string[]): void => {
    if (trail.includes(module.name)) {
      onCycle(module, [...trail.slice(trail.indexOf(module.name)), module.name]);
      return;
    }
    for (const imported of done.has(module) ? [] : module.imports) {
      const next = byName.get(imported.name);
      if (next !== undefined) {
        visit(next, [...trail, module.name]);
      }
    }
    done.add(module);
  };
  for (const module of modules) {
    visit(module, []);
  }
  return [...done];
}
