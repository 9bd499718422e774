import { execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../src/generate.js";
import type { KmdText } from "../src/kmd/read.js";
import { packagesFolder, readKmds, stockFixtures, testPath } from "./support.js";

const run = promisify(execFile);
const FLAGS = [
  "-std=c++20",
  "-Wall",
  "-Wextra",
  "-Wshadow",
  "-Werror",
  "-fsyntax-only",
  "-x",
  "c++",
];
const RUNTIME = testPath("..", "native", "include");

/** A module with those that it may import. */
interface Case {
  readonly name: string;
  readonly files: readonly KmdText[];
  readonly dependencies: readonly KmdText[];
}

const stock = ["core", "elements", "filters"].map((name, index, names): Case => ({
  name,
  files: readKmds(join(packagesFolder, name, "kmd")),
  dependencies: names.slice(0, index).flatMap((one) => readKmds(join(packagesFolder, one, "kmd"))),
}));
const golden = readdirSync(testPath("golden")).map((name): Case => ({
  name,
  files: readKmds(testPath("golden", name, "in")),
  dependencies: [...stockFixtures(), ...readKmds(testPath("golden", name, "deps"))],
}));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kmd-cpp-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes the headers of a module below `<root>/kms/modules/<module>/`; gives their paths below the root. */
async function writeHeaders(
  root: string,
  files: readonly KmdText[],
  dependencies: readonly KmdText[],
): Promise<readonly string[]> {
  const generated = generate({ files, dependencies, target: "server-cpp" });
  const module = /KMD of module (\S+)\./.exec(generated[0]?.text ?? "")?.[1] ?? "";
  return Promise.all(
    generated.map(async ({ path, text }) => {
      const header = join("kms/modules", module, path);
      await mkdir(dirname(join(root, header)), { recursive: true });
      await writeFile(join(root, header), text);
      return header;
    }),
  );
}

/** Each dependency is a file of its own; those that cannot be built here alone are not imported either. */
async function writeDependencies(root: string, { name, dependencies }: Case): Promise<void> {
  const own = stock.some((one) => one.name === name)
    ? stock
        .slice(
          0,
          stock.findIndex((one) => one.name === name),
        )
        .map(({ files }) => files)
    : dependencies.map((file) => [file]);
  for (const files of own) {
    await writeHeaders(
      root,
      files,
      dependencies.filter((file) => !files.includes(file)),
    );
  }
}

describe("headers of server-cpp", () => {
  it.each([...stock, ...golden].map((one) => [one.name, one] as const))(
    "of %s compile, each alone",
    async (name, one) => {
      const root = join(folder, name);
      await writeDependencies(root, one);
      const headers = await writeHeaders(root, one.files, one.dependencies);
      expect(headers.length).toBeGreaterThan(0);
      for (const header of headers) {
        const source = join(root, `${header.replaceAll("/", "-")}.cpp`);
        await writeFile(source, `#include <${header}>\n`);
        await run("c++", [...FLAGS, `-I${root}`, `-I${RUNTIME}`, source]);
      }
    },
    60_000,
  );
});
