import { join } from "node:path";
import { simpleKmdLines, valueLines } from "./command/listing.js";
import { helpText, parseOptions, type Options } from "./command/options.js";
import { customise } from "./customise/customise.js";
import { clearFolder } from "./emit/clear.js";
import { readConfig, sparedPaths, type Config } from "./emit/config.js";
import { findKmds } from "./emit/find-kmds.js";
import type { RenderedFile } from "./emit/render.js";
import { renderUserTemplates } from "./emit/user-templates.js";
import { checkPaths, writeFiles } from "./emit/write.js";
import { renderTarget } from "./generate.js";
import { KmdError, KmdErrors } from "./kmd/error.js";
import { loadModel } from "./model/load.js";
import type { Model } from "./model/types.js";
import { TARGETS } from "./targets.js";

/** Where the command prints to. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/**
 * Runs the command. Nothing is written where anything is wrong.
 *
 * @param args without the interpreter and the script
 * @returns the exit code: 0, or 1 where nothing was generated
 */
export function runCommand(args: readonly string[], output: Output): number {
  try {
    const options = parseOptions(args);
    if (options.isHelp || options.rom.length === 0) {
      output.out(helpText(Object.keys(TARGETS)));
    } else {
      runFor(options, output);
    }
    return 0;
  } catch (error) {
    output.err("Generation failed");
    output.err("Errors:");
    messagesOf(error).forEach((message) => output.err(message));
    return 1;
  }
}

function runFor(options: Options, output: Output): void {
  const model = load(options, output);
  const { showValues, printsSimpleKmd } = options;
  if (showValues.length > 0) {
    valueLines(model.module, showValues).forEach((line) => output.out(line));
  } else if (printsSimpleKmd) {
    simpleKmdLines(model.module).forEach((line) => output.out(line));
  } else {
    generateAll(model, options, output);
    output.out("Generation success");
  }
}

function load({ rom, deprom }: Options, output: Output): Model {
  const files = findKmds(rom);
  if (files.length === 0) {
    throw new Error(`no *.kmd.json found in ${rom.join(", ")}`);
  }
  const dependencies = findKmds(deprom);
  if (deprom.length > 0 && dependencies.length === 0) {
    output.err(`Warning: no *.kmd.json found in ${deprom.join(", ")}`);
  }
  return loadModel(files, dependencies);
}

/** Makes all texts before the first is written. */
function generateAll(model: Model, options: Options, output: Output): void {
  const { codegen, outputModel } = options;
  if (codegen === undefined && outputModel === undefined) {
    throw new Error("no output folder given: add -c <folder>");
  }
  const config = readConfig(options.templates, options.config);
  const files = codegen === undefined ? [] : renderAll(model, options, config, output);
  const { name } = model.module;
  const text = `${JSON.stringify(model.module.definition, undefined, 2)}\n`;
  if (codegen !== undefined) {
    const listed = writeInto(codegen, files, options, config);
    (options.isVerbose ? files : []).forEach((file) => output.out(file.text));
    (options.listsFiles ? listed : []).forEach((line) => output.out(line));
  }
  if (outputModel !== undefined) {
    writeFiles(outputModel, [{ path: `${name}.kmd.json`, text }]);
  }
}

function renderAll(
  model: Model,
  options: Options,
  config: Config,
  output: Output,
): readonly RenderedFile[] {
  const { rom, runtime, templates, makesMaven, makesNpm } = options;
  const expandsMethods = config["expandMethodsWithOpsParams"] !== false;
  const group = (target: string): readonly RenderedFile[] =>
    renderTarget(model, target, { runtime, expandsMethods });
  const warn = (message: string): void => output.err(message);
  const internal = internalGroup(options);
  return [
    ...(templates === undefined ? [] : renderUserTemplates(templates, model, config)),
    ...(internal === undefined ? [] : group(internal)),
    ...(makesMaven ? customise(group("maven"), rom, ["pom.xml"], warn) : []),
    ...(makesNpm ? customise(group("npm"), rom, ["package.json", "bower.json"], warn) : []),
  ];
}

/** A user's own templates win; without any choice, packages alone are made if asked for, else the server's code. */
function internalGroup(options: Options): string | undefined {
  if (options.templates !== undefined) {
    return undefined;
  }
  const isPackageOnly = options.makesMaven || options.makesNpm;
  return options.internalTemplates ?? (isPackageOnly ? undefined : "server-ts");
}

/** Returns the lines that name each file. */
function writeInto(
  folder: string,
  files: readonly RenderedFile[],
  options: Options,
  config: Config,
): readonly string[] {
  checkPaths(files);
  if (options.deletesFirst) {
    clearFolder(folder, sparedPaths(config), [...options.rom, ...options.deprom]);
  }
  const { unchanged, removed } = writeFiles(folder, files, {
    keepsExisting: options.keepsExisting,
    removesLeftOver: !options.keepsExisting && options.templates === undefined,
  });
  const kept = new Set(unchanged);
  const processed = files.map(({ path }) => {
    const note = kept.has(path) ? "\t(not generated)" : "";
    return `Processed file:\t${join(folder, path)}${note}`;
  });
  return [...processed, ...removed.map((path) => `Removed file:\t${join(folder, path)}`)];
}

function messagesOf(error: unknown): readonly string[] {
  if (error instanceof KmdErrors) {
    return error.errors.map(({ message }) => message);
  }
  if (error instanceof KmdError || error instanceof Error) {
    return [error.message];
  }
  return [String(error)];
}
