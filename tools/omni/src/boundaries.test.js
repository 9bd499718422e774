// @ts-check
/** Native code keeps to the project graph, as ESLint has TypeScript keep to it: what CMake links, and what sources include. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { packageFolders, workspaceRoot } from "./workspace.js";

/**
 * @typedef {object} NativePackage
 * @property {string} name of its folder
 * @property {string} native absolute
 * @property {string[]} uses names of the packages that its package.json names
 */

/** @type {NativePackage[]} */
const packages = packageFolders()
  .filter((folder) => existsSync(join(folder, "native/CMakeLists.txt")))
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const uses = named.filter((name) => name.startsWith("@kms/")).map((name) => name.slice(5));
    return { name: basename(folder), native: join(folder, "native"), uses };
  });

/** @param {NativePackage} one @param {RegExp} pattern of file names */
function sources({ native }, pattern) {
  const files = readdirSync(native, { recursive: true }).map(String);
  return files
    .filter((file) => pattern.test(file) && !file.includes("generated/"))
    .map((file) => ({ path: join(native, file), text: readFileSync(join(native, file), "utf8") }));
}

/** @param {string} name @returns {Set<string>} the package and all that it is built on */
function reachable(name) {
  const found = new Set([name]);
  for (const next of found) {
    for (const used of packages.find((one) => one.name === next)?.uses ?? []) {
      found.add(used);
    }
  }
  return found;
}

/** Which package has the headers kms/<area>/. */
const owners = new Map(
  packages.flatMap(({ name, native }) => {
    const folder = join(native, "include/kms");
    const areas = existsSync(folder) ? readdirSync(folder) : [];
    return areas.map((area) => /** @type {[string, string]} */ ([area, name]));
  }),
);

describe.each(packages)("the native code of $name", (one) => {
  it("links only packages that its package.json reaches", () => {
    const allowed = reachable(one.name);
    const linked = sources(one, /CMakeLists\.txt$/).flatMap(({ text }) =>
      [...text.matchAll(/^\s*kms_find\(([^)]*)\)/gm)].flatMap(([, names = ""]) =>
        names.split(/\s+/),
      ),
    );
    expect(linked.filter((name) => name !== "" && !allowed.has(name))).toEqual([]);
  });

  it("includes only headers of packages that its package.json reaches, and none by a way around", () => {
    const allowed = reachable(one.name);
    const wrong = sources(one, /\.(cpp|hpp|c|h)$/).flatMap(({ path, text }) =>
      [...text.matchAll(/^\s*#\s*include\s*["<]([^">]+)[">]/gm)]
        .map(([, header = ""]) => header)
        .filter((header) => {
          const area = /^kms\/([^/]+)\//.exec(header)?.[1] ?? "";
          const owner = owners.get(area);
          const target = header.startsWith("..") ? resolve(dirname(path), header) : one.native;
          return (
            (owner !== undefined && !allowed.has(owner)) ||
            relative(one.native, target).startsWith("..")
          );
        })
        .map((header) => `${relative(workspaceRoot, path)}: ${header}`),
    );
    expect(wrong).toEqual([]);
  });
});

it("knows the headers of more than one package", () => {
  expect(new Set(owners.values()).size).toBeGreaterThan(1);
  expect(owners.get("router")).toBe("core");
});
