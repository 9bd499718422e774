// @ts-check
/** Which runs of the module creator make the generated sources of a package. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder absolute
 * @property {import('../package-shape.js').PackageJson} manifest
 * @property {boolean} hasKmd
 * @property {boolean} hasNative
 *
 * @typedef {ReadonlyMap<string, WorkspacePackage>} Workspace by npm name
 */

/**
 * @param {string} workspaceRoot absolute
 * @returns {Workspace}
 */
export function readWorkspace(workspaceRoot) {
  const folders = ["packages", "packages/extras"]
    .map((parent) => join(workspaceRoot, parent))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
  return new Map(
    folders.map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const hasKmd = existsSync(join(folder, "kmd"));
      const hasNative = existsSync(join(folder, "native"));
      return [manifest.name, { folder, manifest, hasKmd, hasNative }];
    }),
  );
}

/**
 * @param {Workspace} workspace
 * @param {string} name npm name
 * @returns {string[]} npm names of the workspace packages it depends on, over any number of steps, each once
 */
export function transitiveDependencies(workspace, name) {
  const seen = new Set([name]);
  for (const current of seen) {
    const { dependencies, devDependencies } = workspace.get(current)?.manifest ?? {};
    for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
      if (workspace.has(dependency)) {
        seen.add(dependency);
      }
    }
  }
  seen.delete(name);
  return [...seen];
}

/**
 * @param {Workspace} workspace
 * @param {string} name npm name
 * @returns {WorkspacePackage}
 */
function find(workspace, name) {
  const found = workspace.get(name);
  if (found === undefined) {
    throw new Error(
      `no package ${name} in this workspace; known: ${[...workspace.keys()].join(", ")}`,
    );
  }
  return found;
}

/**
 * @param {Workspace} workspace
 * @param {string} name npm name of the module
 * @returns {string[]} the module's KMDs and those it may import, as arguments
 */
function kmdArguments(workspace, name) {
  const imported = transitiveDependencies(workspace, name)
    .map((dependency) => find(workspace, dependency))
    .filter(({ hasKmd }) => hasKmd);
  return [
    ...["-r", join(find(workspace, name).folder, "kmd")],
    ...imported.flatMap(({ folder }) => ["-dr", join(folder, "kmd")]),
  ];
}

/**
 * @param {string} module folder or npm name
 * @returns {string} its folder's name
 */
function shortName(module) {
  return module.split("/").at(-1) ?? module;
}

/**
 * @param {Workspace} workspace
 * @param {string} name npm name of a package with KMDs
 * @returns {string[][]} the arguments of the runs for its own module
 */
function planModule(workspace, name) {
  const { folder, manifest, hasNative } = find(workspace, name);
  const { generated = "src/generated", runtime } = manifest.kms ?? {};
  const kmds = kmdArguments(workspace, name);
  const types = join(folder, "native/generated/kms/modules", shortName(name));
  return [
    [
      ...kmds,
      ...["-it", "server-ts", "-c", join(folder, generated)],
      ...(runtime === undefined ? [] : ["--runtime", runtime]),
    ],
    ...(hasNative ? [[...kmds, "-it", "server-cpp", "-c", types]] : []),
  ];
}

/**
 * @param {Workspace} workspace
 * @param {string} name npm name of the package to generate for
 * @returns {string[][]} the arguments of each run
 * @throws {Error} naming a module of "clientOf" that the workspace does not have
 */
export function planGeneration(workspace, name) {
  const { folder, manifest, hasKmd, hasNative } = find(workspace, name);
  const { generated = "src/generated", clientOf = [] } = manifest.kms ?? {};
  const clients = clientOf.flatMap((module) => {
    const kmds = kmdArguments(workspace, module.startsWith("@") ? module : `@kms/${module}`);
    const classes = join(folder, "native/generated/kms/client", shortName(module));
    return [
      [...kmds, "-it", "client-ts", "-c", join(folder, generated, shortName(module))],
      ...(hasNative ? [[...kmds, "-it", "client-cpp", "-c", classes]] : []),
    ];
  });
  return [...(hasKmd ? planModule(workspace, name) : []), ...clients];
}

/**
 * @param {Workspace} workspace
 * @param {string} output folder
 * @returns {string[][]} the arguments of the runs that write the reference, in Markdown, of every module with KMDs
 */
export function planReference(workspace, output) {
  const modules = [...workspace].filter(([, { hasKmd }]) => hasKmd);
  return modules.map(([name]) => [
    ...kmdArguments(workspace, name),
    ...["-it", "markdown", "-c", join(output, shortName(name))],
  ]);
}
