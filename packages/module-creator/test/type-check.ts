import { join } from "node:path";
import ts from "typescript";
import { kebabCase } from "../src/model/names.js";
import type { KmdText } from "../src/kmd/read.js";
import { loadModel } from "../src/model/load.js";
import { renderTarget } from "../src/generate.js";
import { packagesFolder } from "./support.js";

/** All that the compiler can be strict about. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  isolatedModules: true,
  forceConsistentCasingInFileNames: true,
  skipLibCheck: true,
  types: [],
};

const ROOT = "/generated";
/** Hand-written sources that generated ones import, by where these look for them. */
const RUNTIMES: readonly (readonly [string, string])[] = [
  [`${ROOT}/core/src/model/`, join(packagesFolder, "core/src/model/")],
  [`${ROOT}/client/src/runtime/`, join(packagesFolder, "client/src/runtime/")],
  [`${ROOT}/client/src/`, join(packagesFolder, "client/src/")],
  [`${ROOT}/node_modules/`, join(packagesFolder, "client/node_modules/")],
];

/** Generated sources of several modules, laid out as in a workspace, with stubs for what authors write by hand. */
export class GeneratedWorkspace {
  readonly #files = new Map<string, string>();

  /** @param modules each after those that it imports */
  constructor(modules: readonly (readonly KmdText[])[]) {
    modules.forEach((files, index) => {
      this.#add(files, modules.slice(0, index).flat());
    });
    this.#files.set(`${ROOT}/client/src/index.ts`, this.#clientIndex());
    this.#files.set(`${ROOT}/package.json`, '{"type": "module"}');
  }

  /** The faults of generated files, and each use of `any` in them. */
  problems(): readonly string[] {
    const generated = [...this.#files.keys()].filter((file) => file.endsWith(".ts"));
    const options = { ...OPTIONS, paths: this.#paths() };
    const program = ts.createProgram(generated, options, this.#host(options));
    return generated.flatMap((file) => {
      const source = program.getSourceFile(file);
      return source === undefined
        ? [`${file} is not part of the program`]
        : [...diagnosticsOf(program, source), ...usesOfAny(source)];
    });
  }

  get size(): number {
    return this.#files.size;
  }

  #add(files: readonly KmdText[], dependencies: readonly KmdText[]): void {
    const model = loadModel(files, dependencies);
    const { name, classes } = model.module;
    const source = `${ROOT}/${name}/src`;
    const write = (folder: string, target: string, runtime?: string): void => {
      for (const { path, text } of renderTarget(model, target, { runtime })) {
        this.#files.set(`${folder}/${path}`, text);
      }
    };
    write(`${source}/generated`, "server-ts");
    write(`${ROOT}/client/src/generated/${name}`, "client-ts");
    write(`${ROOT}/npm-${name}`, "client-ts", "@kms/client");
    for (const declared of classes) {
      const stub = `import { ${declared.name}Base } from "../generated/index.js";\nexport abstract class ${declared.name} extends ${declared.name}Base {}\n`;
      this.#files.set(`${source}/objects/${kebabCase(declared.name)}.ts`, stub);
    }
    const objects = classes.map((declared) => `./objects/${kebabCase(declared.name)}.js`);
    const model_ = name === "core" ? MODEL_FILES.map((file) => `./model/${file}.js`) : [];
    this.#files.set(
      `${source}/index.ts`,
      exportsOf(["./generated/index.js", ...objects, ...model_]),
    );
  }

  #clientIndex(): string {
    const stock = ["core", "elements", "filters"].map((name) => `./generated/${name}/index.js`);
    return exportsOf([...stock, "./runtime/remote-object.js", "./runtime/schema-types.js"]);
  }

  #paths(): Record<string, string[]> {
    return {
      "@kms/client": [`${ROOT}/client/src/index.ts`],
      "@kms/*": [`${ROOT}/*/src/index.ts`],
      "kurento-module-*": [`${ROOT}/npm-*/index.ts`],
    };
  }

  #host(options: ts.CompilerOptions): ts.CompilerHost {
    const host = ts.createCompilerHost(options);
    const read = (file: string): string | undefined =>
      this.#files.get(file) ?? ts.sys.readFile(realPath(file));
    return {
      ...host,
      readFile: read,
      fileExists: (file) => this.#files.has(file) || ts.sys.fileExists(realPath(file)),
      directoryExists: () => true,
      realpath: (path) => path,
      getSourceFile: (file, language) =>
        this.#files.has(file)
          ? ts.createSourceFile(file, read(file) ?? "", language)
          : parseOnce(file, read(file), language),
    };
  }
}

/** Files that are the same for each workspace, the compiler's own above all. */
const PARSED = new Map<string, ts.SourceFile>();

function parseOnce(
  file: string,
  text: string | undefined,
  language: Parameters<ts.CompilerHost["getSourceFile"]>[1],
): ts.SourceFile | undefined {
  const parsed =
    PARSED.get(file) ??
    (text === undefined ? undefined : ts.createSourceFile(file, text, language));
  if (parsed !== undefined) {
    PARSED.set(file, parsed);
  }
  return parsed;
}

const MODEL_FILES = ["schema-types", "manifest-types", "remote-object"];

function exportsOf(specifiers: readonly string[]): string {
  return specifiers.map((specifier) => `export * from "${specifier}";\n`).join("");
}

function realPath(file: string): string {
  const [virtual = "", real = ""] = RUNTIMES.find(([prefix]) => file.startsWith(prefix)) ?? [];
  return real + file.slice(virtual.length);
}

function diagnosticsOf(program: ts.Program, source: ts.SourceFile): readonly string[] {
  const found = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ];
  return found.map(({ messageText, start = 0 }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    return `${source.fileName}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

function usesOfAny(source: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      found.push(`${source.fileName}: uses any at ${node.pos}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
