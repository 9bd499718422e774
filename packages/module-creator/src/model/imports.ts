import { didYouMean } from "../kmd/error.js";
import type { KmdImport } from "../kmd/types.js";
import type { FusedModule } from "./fuse.js";
import type { Origin, Problems } from "./problems.js";
import { STOCK_MODULES, WIRE_MODULE, type Import, type Module } from "./types.js";
import { acceptsVersion, isDevVersion, isVersion } from "./version.js";
import { mavenRange, npmRange } from "./version-range.js";

const MODULE_NAME = /^[A-Za-z][\w-]*$/;

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
  if (!MODULE_NAME.test(name) || name === WIRE_MODULE) {
    problems.add(
      fused.originOf("name"),
      nameProblem(fused.head.name),
      `letters, digits, - and _, with a letter first, other than '${WIRE_MODULE}'`,
    );
  }
  if (!isVersion(version)) {
    problems.add(
      fused.originOf("version"),
      versionProblem(fused.head.version),
      "a version like 1.2.3 or 1.2.3-dev",
    );
  }
  if (kurentoVersion === undefined) {
    problems.add(
      fused.originOf("kurentoVersion"),
      "Kurento version is mandatory",
      'a version expression like "^7.0.0"',
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

/** An import as the KMD gives it. */
export type DeclaredImport = Readonly<KmdImport>;

/** The imports that a module has without saying so: core, then elements, then filters. */
function autoImports(
  { name, kurentoVersion }: Identity,
  fused: FusedModule,
): readonly DeclaredImport[] {
  const position = STOCK_MODULES.indexOf(name);
  const implied = position < 0 ? STOCK_MODULES : STOCK_MODULES.slice(0, position);
  const { kurentoMavenVersion: mavenVersion, kurentoNpmVersion: npmVersion } = fused.head;
  const ranges = {
    ...(mavenVersion !== undefined && { mavenVersion }),
    ...(npmVersion !== undefined && { npmVersion }),
  };
  return implied.map((imported) => ({
    name: imported,
    version: kurentoVersion,
    ...ranges,
  }));
}

/** Explicit imports, then those of the automatic ones that are not among them. */
export function allImports(identity: Identity, fused: FusedModule): readonly DeclaredImport[] {
  const explicit = fused.head.imports ?? [];
  const named = new Set(explicit.map(({ name }) => name));
  return [...explicit, ...autoImports(identity, fused).filter(({ name }) => !named.has(name))];
}

/** Each import with its place: an automatic one stands for the Kurento version. */
function placedImports(
  identity: Identity,
  fused: FusedModule,
): readonly (readonly [DeclaredImport, Origin])[] {
  const explicit = fused.head.imports?.length ?? 0;
  return allImports(identity, fused).map((imported, index) => [
    imported,
    index < explicit ? fused.originOf("imports").at(index) : fused.originOf("kurentoVersion"),
  ]);
}

/**
 * The imports with the ranges of other build systems filled in. A development version of a module that has
 * a repository comes from there.
 *
 * @param modules those that may be imported, by name
 */
export function resolveImports(
  identity: Identity,
  fused: FusedModule,
  modules: ReadonlyMap<string, Pick<Module, "code">>,
  problems: Problems,
): readonly Import[] {
  return placedImports(identity, fused).map(([imported, origin]) => {
    const { name, version } = imported;
    const npmGit = isDevVersion(version) ? modules.get(name)?.code.api.js.npmGit : undefined;
    const convert = (range: (expression: string) => string): string =>
      problems.attempt(origin, CONVERTIBLE, () => range(version)) ?? version;
    return {
      name,
      version,
      mavenVersion: imported.mavenVersion ?? convert(mavenRange),
      npmVersion: imported.npmVersion ?? npmGit ?? convert(npmRange),
    };
  });
}

const CONVERTIBLE = "a range without != and !, or 'mavenVersion' and 'npmVersion' beside it";

/** Checks that each import is there in an accepted version, and that releases use releases only. */
export function checkImports(
  identity: Identity,
  fused: FusedModule,
  available: ReadonlyMap<string, Identity>,
  problems: Problems,
): void {
  for (const [imported, origin] of placedImports(identity, fused)) {
    checkImport(imported, available, origin, problems);
    if (!isDevVersion(identity.version) && isDevVersion(imported.version)) {
      problems.add(
        origin,
        `All dependencies of a release version must be also release versions: '${imported.name}' is ${imported.version}`,
        "a version without -dev",
      );
    }
  }
}

function checkImport(
  imported: DeclaredImport,
  available: ReadonlyMap<string, Identity>,
  origin: Origin,
  problems: Problems,
): void {
  const found = available.get(imported.name);
  if (found === undefined) {
    problems.add(
      origin,
      `Import '${imported.name}' not found in dependencies in any version`,
      "a module whose KMD files are given with -dr",
      didYouMean(imported.name, available.keys()),
    );
    return;
  }
  const isAccepted = problems.attempt(origin, "a version expression like '^7.0.0'", () =>
    acceptsVersion(imported.version, found.version),
  );
  if (isAccepted === false) {
    problems.add(
      origin,
      `Import '${imported.name}' with version ${imported.version} not found in dependencies, found version: ${found.version}`,
      "an expression that the version fulfils",
    );
  }
}

/** Orders modules so that each comes after those it imports; a cycle is a problem of the module closing it. */
export function inImportOrder<
  T extends { readonly name: string; readonly imports: readonly DeclaredImport[] },
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
