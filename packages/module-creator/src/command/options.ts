/** What the command line asks for. */
export interface Options {
  readonly rom: readonly string[];
  readonly deprom: readonly string[];
  /** Folder of the user's own templates; wins over internal ones. */
  readonly templates: string | undefined;
  readonly internalTemplates: string | undefined;
  readonly codegen: string | undefined;
  /** Configuration file. */
  readonly config: string | undefined;
  /** Keys whose values to print. */
  readonly showValues: readonly string[];
  /** Folder for the module's files as one KMD. */
  readonly outputModel: string | undefined;
  readonly runtime: string | undefined;
  readonly isHelp: boolean;
  readonly isVerbose: boolean;
  readonly deletesFirst: boolean;
  readonly keepsExisting: boolean;
  readonly listsFiles: boolean;
  readonly printsSimpleKmd: boolean;
  readonly makesMaven: boolean;
  readonly makesNpm: boolean;
}

interface OptionSpec {
  readonly short?: string;
  readonly long: string;
  /** How many values follow: none, one, or all up to the next option. */
  readonly values: "none" | "one" | "many";
  readonly shown: string;
  readonly help: string;
}

const OPTIONS: readonly OptionSpec[] = [
  { short: "h", long: "help", values: "none", shown: "", help: "this text" },
  { short: "v", long: "verbose", values: "none", shown: "", help: "print the text of each file" },
  {
    short: "r",
    long: "rom",
    values: "many",
    shown: "<path>...",
    help: "KMD files of the module; folders are searched for *.kmd.json",
  },
  {
    short: "dr",
    long: "deprom",
    values: "many",
    shown: "<path>...",
    help: "KMD files of the modules that it imports",
  },
  {
    short: "t",
    long: "templates",
    values: "one",
    shown: "<folder>",
    help: "templates of your own (Handlebars, *.hbs)",
  },
  {
    short: "it",
    long: "internal-templates",
    values: "one",
    shown: "<name>",
    help: "built-in templates (default server-ts)",
  },
  { short: "c", long: "codegen", values: "one", shown: "<folder>", help: "where to write" },
  {
    short: "d",
    long: "delete",
    values: "none",
    shown: "",
    help: "empty that folder first, but for no_delete of the configuration",
  },
  {
    short: "n",
    long: "no-overwrite",
    values: "none",
    shown: "",
    help: "keep files that are there already",
  },
  {
    short: "lf",
    long: "list-generated-files",
    values: "none",
    shown: "",
    help: "name each file",
  },
  {
    short: "cf",
    long: "config",
    values: "one",
    shown: "<file>",
    help: "configuration (JSON), over the config.json of the templates",
  },
  {
    short: "s",
    long: "show-values",
    values: "many",
    shown: "<key>...",
    help: "print values of the model, such as code.implementation.lib",
  },
  {
    short: "o",
    long: "output-model",
    values: "one",
    shown: "<folder>",
    help: "write the module as one KMD there",
  },
  {
    short: "p",
    long: "print-simple-kmd",
    values: "none",
    shown: "",
    help: "print names of types, dependencies and a digest",
  },
  {
    short: "maven",
    long: "maven-pom",
    values: "none",
    shown: "",
    help: "make pom.xml, merged with the one beside the KMDs",
  },
  {
    short: "npm",
    long: "npm-package",
    values: "none",
    shown: "",
    help: "make an npm package, merged with package.json and bower.json beside the KMDs",
  },
  {
    long: "runtime",
    values: "one",
    shown: "<specifier>",
    help: "what TypeScript imports the runtime from (@kms/core, or the client's own files)",
  },
];

/** The text of `-h`. @param targets names that `-it` takes */
export function helpText(targets: readonly string[]): string {
  const lines = OPTIONS.map(({ short, long, shown, help }) => {
    const names = `${short === undefined ? "" : `-${short}, `}--${long} ${shown}`.trimEnd();
    return `  ${names.padEnd(42)} ${help}`;
  });
  return [
    "usage: kurento-module-creator -r <file or folder>... [-dr <file or folder>...] -c <folder> [options]",
    ...lines,
    `built-in templates: ${targets.join(", ")}`,
  ].join("\n");
}

/**
 * Reads a command line: `-short`, `--long`, `--long=value`. Options of several values take all arguments up
 * to the next option, and may come again.
 *
 * @throws Error naming an unknown option, a missing value or an argument that belongs to none
 */
export function parseOptions(args: readonly string[]): Options {
  const given = gather(args);
  const all = (long: string): readonly string[] => given.get(long) ?? [];
  const last = (long: string): string | undefined => all(long).at(-1);
  const isSet = (long: string): boolean => given.has(long);
  return {
    rom: all("rom"),
    deprom: all("deprom"),
    templates: last("templates"),
    internalTemplates: last("internal-templates"),
    codegen: last("codegen"),
    config: last("config"),
    showValues: all("show-values"),
    outputModel: last("output-model"),
    runtime: last("runtime"),
    isHelp: isSet("help"),
    isVerbose: isSet("verbose"),
    deletesFirst: isSet("delete"),
    keepsExisting: isSet("no-overwrite"),
    listsFiles: isSet("list-generated-files"),
    printsSimpleKmd: isSet("print-simple-kmd"),
    makesMaven: isSet("maven-pom"),
    makesNpm: isSet("npm-package"),
  };
}

function gather(args: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, string[]>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name = "", attached] = arg.startsWith("--") ? splitAttached(arg) : [arg];
    const spec = OPTIONS.find(({ short, long }) => name === `-${short}` || name === `--${long}`);
    if (spec === undefined) {
      throw new Error(arg.startsWith("-") ? `unknown option '${arg}'` : `what is '${arg}' for?`);
    }
    const values = attached === undefined ? takeValues(spec, rest) : [attached];
    checkCount(spec, name, values);
    given.set(spec.long, [...(given.get(spec.long) ?? []), ...values]);
  }
  return given;
}

function splitAttached(arg: string): readonly [string, string?] {
  const at = arg.indexOf("=");
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}

function takeValues({ values }: OptionSpec, rest: string[]): string[] {
  const next = rest.findIndex((arg) => arg.startsWith("-"));
  const available = next < 0 ? rest.length : next;
  const wanted = { none: 0, one: 1, many: available }[values];
  return rest.splice(0, Math.min(wanted, available));
}

function checkCount({ values }: OptionSpec, name: string, taken: readonly string[]): void {
  if (values === "none" && taken.length > 0) {
    throw new Error(`option '${name}' takes no value`);
  }
  if (values !== "none" && taken.length === 0) {
    throw new Error(`option '${name}' needs a value`);
  }
}
