/** Rotating log files. */
export interface LogFileOptions {
  /** Directory; `undefined` = logs go to standard error. */
  readonly path: string | undefined;
  /** Size in MB at which a new file begins, from 1. */
  readonly fileSizeMb: number;
  /** Files that are kept, from 1. */
  readonly fileCount: number;
}

/** What the command line and the environment ask for. */
export interface CommandLine {
  readonly help: boolean;
  readonly version: boolean;
  readonly list: boolean;
  /** Main configuration file; `undefined` = the default place, if there is a file. */
  readonly confFile: string | undefined;
  /** Directories with module configurations; `undefined` = `modules` beside the main file. */
  readonly modulesConfigPath: readonly string[] | undefined;
  /** Directories with further module packages. */
  readonly modulesPath: readonly string[];
  readonly logs: LogFileOptions;
  /** Media worker processes; 0 = media runs in this process; `undefined` = by the number of CPUs. */
  readonly workers: number | undefined;
}

/** A wrong option; its message is what follows `Error : `. */
export class CommandLineError extends Error {}

interface Option {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  /** What stands for the value in the usage text; without it the option is a switch. */
  readonly value?: string;
}

const options: readonly Option[] = [
  { name: "help", short: "h", help: "print this text" },
  { name: "version", short: "v", help: "print the versions of the server and its modules" },
  { name: "list", short: "l", help: "print what can be created" },
  {
    name: "modules-path",
    short: "p",
    value: "dirs",
    help: "colon-separated directories of further modules",
  },
  {
    name: "conf-file",
    short: "f",
    value: "file",
    help: "main configuration (/etc/kurento/kurento.conf.json)",
  },
  {
    name: "modules-config-path",
    short: "c",
    value: "dirs",
    help: "colon-separated directories of module configurations",
  },
  {
    name: "logs-path",
    short: "d",
    value: "dir",
    help: "directory of rotating log files (default: logs go to standard error)",
  },
  { name: "log-file-size", short: "s", value: "MB", help: "size of a log file (100)" },
  { name: "number-log-files", short: "n", value: "count", help: "log files to keep (10)" },
  {
    name: "workers",
    value: "count",
    help: "media worker processes; 0 = all in one process (default: by CPUs)",
  },
];

/**
 * Reads options; those it does not know are left to others, as Kurento leaves `--gst-...` to GStreamer.
 * @param args what follows the program
 * @param env `KURENTO_CONF_FILE` and the like stand in for options that are not given
 * @throws CommandLineError for a known option without its value, or with a wrong one
 */
export function parseCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const given = { ...fromEnvironment(env), ...fromArguments(args) };
  return {
    help: given["help"] !== undefined,
    version: given["version"] !== undefined,
    list: given["list"] !== undefined,
    confFile: given["conf-file"],
    modulesConfigPath: given["modules-config-path"]?.split(":").filter(Boolean),
    modulesPath: given["modules-path"]?.split(":").filter(Boolean) ?? [],
    logs: {
      path: given["logs-path"],
      fileSizeMb: countOf(given, "log-file-size", 1) ?? 100,
      fileCount: countOf(given, "number-log-files", 1) ?? 10,
    },
    workers: countOf(given, "workers", 0, 64),
  };
}

/** The text of `--help`. */
export function usage(program: string): string {
  const lines = options.map(({ name, short, value, help }) => {
    const names = `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
    return `  ${names.padEnd(34)}${help}`;
  });
  return [`Usage: ${program} [options]`, "", ...lines, ""].join("\n");
}

type Given = Record<string, string>;

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Given {
  const given: Given = {};
  for (const { name, value } of options) {
    const text = env[`KURENTO_${name.toUpperCase().replaceAll("-", "_")}`];
    if (value !== undefined && text !== undefined && text !== "") given[name] = text;
  }
  return given;
}

function fromArguments(args: readonly string[]): Given {
  const given: Given = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const { option, attached } = match(arg);
    if (option === undefined) continue;
    if (option.value === undefined) given[option.name] = "";
    else given[option.name] = attached ?? valueOf(option, rest.shift());
  }
  return given;
}

function match(arg: string): { option?: Option; attached?: string } {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
  if (long !== null)
    return found(
      options.find(({ name }) => name === long[1]),
      long[2],
    );
  const short = /^-(\w)(.+)?$/s.exec(arg);
  return short === null
    ? {}
    : found(
        options.find((option) => option.short === short[1]),
        short[2],
      );
}

function found(
  option: Option | undefined,
  attached: string | undefined,
): { option?: Option; attached?: string } {
  return { ...(option && { option }), ...(attached !== undefined && { attached }) };
}

function valueOf({ name }: Option, value: string | undefined): string {
  if (value === undefined)
    throw new CommandLineError(`the required argument for option '--${name}' is missing`);
  return value;
}

function countOf(given: Given, name: string, min: number, max = 1_000_000): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new CommandLineError(`the argument ('${text}') for option '--${name}' is invalid`);
}
