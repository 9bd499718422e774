import { STOCK_MODULES, type Model, type Module } from "../model/types.js";
import { clientTsView } from "./client-ts.js";
import type { FileView } from "./file-view.js";

/** The package that holds the client's runtime and the classes of the stock modules. */
const CLIENT = "@kms/client";

/**
 * The files of target `npm`: a package with the module's client in TypeScript. The stock modules have their
 * classes in the client itself, so they get a package without code.
 */
export function npmView(model: Model): readonly FileView[] {
  const { module } = model;
  const isStock = STOCK_MODULES.includes(module.name);
  const files = [jsonFile("package.json", packageJson(model, isStock)), readme(module, isStock)];
  if (isStock) {
    return files;
  }
  const sources = clientTsView(model, { runtime: CLIENT }).map((file) => ({
    ...file,
    path: `src/${file.path}`,
  }));
  return [...files, jsonFile("tsconfig.json", TSCONFIG), ...sources];
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    strict: true,
    declaration: true,
    rootDir: "src",
    outDir: "dist",
    skipLibCheck: true,
    types: [],
  },
  include: ["src"],
};

function packageJson(model: Model, isStock: boolean): object {
  const { name, version, code } = model.module;
  const { nodeName, npmDescription, npmGit } = code.api.js;
  return {
    name: nodeName,
    version,
    description: npmDescription,
    ...(npmGit !== undefined && { repository: { type: "git", url: npmGit } }),
    keywords: ["Kurento", "module", "plugin", name],
    ...(!isStock && {
      type: "module",
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
      files: ["dist", "README.md"],
      scripts: { build: "tsc -p tsconfig.json", prepack: "tsc -p tsconfig.json" },
      dependencies: dependenciesOf(model),
      devDependencies: { typescript: "^6.0.3" },
    }),
  };
}

/** The stock modules come with the client; each other import is a package of its own. */
function dependenciesOf({ module, dependencies }: Model): Readonly<Record<string, string>> {
  const packages = new Map(dependencies.map(({ name, code }) => [name, code.api.js.nodeName]));
  const entries = module.imports
    .filter(({ name }) => name === "core" || !STOCK_MODULES.includes(name))
    .map(({ name, npmVersion }) => [name === "core" ? CLIENT : packages.get(name), npmVersion]);
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}

function readme({ name, code }: Module, isStock: boolean): FileView {
  const { nodeName, npmDescription } = code.api.js;
  const data = { nodeName, name, description: npmDescription, isStock };
  return { path: "README.md", template: "npm/readme", data };
}

function jsonFile(path: string, value: object): FileView {
  return { path, template: "npm/json", data: { text: JSON.stringify(value, undefined, 2) } };
}
