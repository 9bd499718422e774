// @ts-check
/** What is installed in a system, and what its apt could install. */
import { Failure } from "./failure.js";

/** @typedef {import('./system.js').System} System */

/**
 * @param {System} system
 * @param {string} name of a package
 * @returns {string | undefined} the version that is installed
 */
export function installedVersion(system, name) {
  const query = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", name];
  const { output } = system.ask(query, { isQuiet: true });
  const [status, version] = output.split(" ");
  return status === "installed" ? version : undefined;
}

/**
 * @param {System} system
 * @param {string} name of a package
 * @returns {string[]} the versions that apt's repositories have
 */
export function aptVersions(system, name) {
  const { output } = system.ask(["apt-cache", "madison", name]);
  return output
    .split("\n")
    .filter((line) => line.endsWith("Packages"))
    .map((line) => (line.split("|")[1] ?? "").trim());
}

/**
 * @param {System} system
 * @param {string} version
 * @param {string} minimum
 * @returns {boolean}
 */
export function isAtLeast(system, version, minimum) {
  return system.ask(["dpkg", "--compare-versions", version, "ge", minimum]).status === 0;
}

/**
 * @param {System} system
 * @param {readonly string[]} packages names with versions or not, or paths of files
 */
export function install(system, packages) {
  const options = [
    "--yes",
    "-qq",
    "--no-install-recommends",
    "--allow-downgrades",
    "-o",
    "Dpkg::Use-Pty=0",
  ];
  const command = [
    "apt-get",
    "install",
    ...options,
    "-o",
    "Dpkg::Options::=--force-unsafe-io",
    ...packages,
  ];
  if (system.run(command, { env: { DEBIAN_FRONTEND: "noninteractive" } }) !== 0) {
    throw new Failure(
      `apt-get could not install ${packages.join(" ")} in ${system.name}`,
      "Its message stands above: a package that is missing (is its repository in sources.list?), no network, a full disk, or no root",
    );
  }
}
