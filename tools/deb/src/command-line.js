// @ts-check
/** The arguments of ./kms deb. */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { Failure } from "./failure.js";

export const usage = `./kms deb [options] [module...]: Debian packages of these modules, or of all

  --repo <folder>      also put them into a local apt repository there, and say how apt uses it
  --out <folder>       where they go (default: .nx/kms/deb/out)
  --root <folder>      build in that root, e.g. a bare one by debootstrap, instead of on this system
  --release            versions as changesets wrote them, not snapshots
  --timestamp <digits> of snapshots, YYYYMMDDhhmmss; default: that of the commit
  --allow-dirty        package changes that are not committed, too
  --source-only        source packages, nothing built

Modules that these are built upon come from apt where our repository is configured, else they are built first.
DEB_BUILD_OPTIONS: nocheck, nodoc, nostrip, noopt, parallel=<n>.`;

/**
 * @typedef {object} Options
 * @property {string[]} modules
 * @property {string | undefined} repo absolute
 * @property {string | undefined} out absolute
 * @property {string | undefined} root absolute
 * @property {string | undefined} timestamp
 * @property {boolean} isRelease
 * @property {boolean} isDirtyAllowed
 * @property {boolean} isSourceOnly
 * @property {boolean} isHelp
 */

const known = /** @type {const} */ ({
  repo: { type: "string" },
  out: { type: "string" },
  root: { type: "string" },
  timestamp: { type: "string" },
  release: { type: "boolean" },
  "allow-dirty": { type: "boolean" },
  "source-only": { type: "boolean" },
  help: { type: "boolean", short: "h" },
});

/**
 * @param {readonly string[]} args
 * @param {string} from relative folders start here
 * @returns {Options}
 */
export function readCommandLine(args, from) {
  const { values, positionals } = parse(args);
  const folder = (/** @type {string | undefined} */ path) =>
    path === undefined ? undefined : resolve(from, path);
  if (values.timestamp !== undefined && !/^\d{14}$/.test(values.timestamp)) {
    throw new Failure(
      `--timestamp is "${values.timestamp}"`,
      "It has fourteen digits: YYYYMMDDhhmmss",
    );
  }
  return {
    modules: positionals,
    repo: folder(values.repo),
    out: folder(values.out),
    root: folder(values.root),
    timestamp: values.timestamp,
    isRelease: values.release ?? false,
    isDirtyAllowed: values["allow-dirty"] ?? false,
    isSourceOnly: values["source-only"] ?? false,
    isHelp: values.help ?? false,
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true });
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split(". ");
    throw new Failure(reason, "./kms deb --help lists the options");
  }
}
