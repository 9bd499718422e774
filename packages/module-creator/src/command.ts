import { parseArgs } from "node:util";
import { findKmds } from "./emit/find-kmds.js";
import { writeFiles } from "./emit/write.js";
import { KmdError, KmdErrors } from "./kmd/error.js";
import { generate } from "./generate.js";
import { TARGETS } from "./targets.js";

/** Where the command prints to. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** What the command line asks for. */
interface Options {
  readonly rom: readonly string[];
  readonly deprom: readonly string[];
  readonly codegen: string | undefined;
  readonly templates: string;
  readonly runtime: string | undefined;
  readonly isVerbose: boolean;
  readonly isHelp: boolean;
}

/** Kurento's two-letter short options, which `parseArgs` does not know. */
const TWO_LETTER: ReadonlyMap<string, string> = new Map([
  ["-dr", "--deprom"],
  ["-it", "--internal-templates"],
]);

const HELP = `usage: kurento-module-creator -r <file or folder> [-dr <file or folder>] -c <folder> [-it <target>]
  -r,  --rom <path>                 KMD files of the module; folders are searched for *.kmd.json (repeatable)
  -dr, --deprom <path>              KMD files of the modules it imports (repeatable)
  -c,  --codegen <folder>           where to write
  -it, --internal-templates <name>  what to make: ${Object.keys(TARGETS).join(" or ")} (default server-ts)
       --runtime <specifier>        what server code imports core's API from (default @kms/core)
  -v,  --verbose                    name each file
  -h,  --help                       this text`;

/**
 * Runs the command.
 *
 * @param args without the interpreter and the script
 * @returns the exit code: 0, or 1 where nothing was generated
 */
export function runCommand(args: readonly string[], output: Output): number {
  try {
    const options = parseOptions(args);
    if (options.isHelp || options.rom.length === 0) {
      output.out(HELP);
      return 0;
    }
    generateInto(options, output);
    output.out("Generation success");
    return 0;
  } catch (error) {
    output.err("Generation failed");
    output.err("Errors:");
    messagesOf(error).forEach((message) => output.err(message));
    return 1;
  }
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.map((arg) => TWO_LETTER.get(arg) ?? arg),
    strict: true,
    allowPositionals: false,
    options: {
      rom: { type: "string", short: "r", multiple: true },
      deprom: { type: "string", multiple: true },
      codegen: { type: "string", short: "c" },
      "internal-templates": { type: "string" },
      runtime: { type: "string" },
      verbose: { type: "boolean", short: "v" },
      help: { type: "boolean", short: "h" },
    },
  });
  return {
    rom: values.rom ?? [],
    deprom: values.deprom ?? [],
    codegen: values.codegen,
    templates: values["internal-templates"] ?? "server-ts",
    runtime: values.runtime,
    isVerbose: values.verbose ?? false,
    isHelp: values.help ?? false,
  };
}

function generateInto(options: Options, output: Output): void {
  if (options.codegen === undefined) {
    throw new Error("no output folder given: add -c <folder>");
  }
  const files = findKmds(options.rom);
  if (files.length === 0) {
    throw new Error(`no *.kmd.json found in ${options.rom.join(", ")}`);
  }
  const dependencies = findKmds(options.deprom);
  if (options.deprom.length > 0 && dependencies.length === 0) {
    output.err(`Warning: no *.kmd.json found in ${options.deprom.join(", ")}`);
  }
  const rendered = generate({
    files,
    dependencies,
    target: options.templates,
    runtime: options.runtime,
  });
  const { written, unchanged, removed } = writeFiles(options.codegen, rendered);
  if (options.isVerbose) {
    written.forEach((path) => output.out(`Processed file:\t${path}`));
    unchanged.forEach((path) => output.out(`Processed file:\t${path}\t(not generated)`));
    removed.forEach((path) => output.out(`Removed file:\t${path}`));
  }
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
