// A folder outside the workspace in which modules are made as third parties make them: packed packages, npm, no links back.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGES = fileURLToPath(new URL("../../..", import.meta.url));
/** What a module is built with, itself or through another. */
const NEEDED = ["cmake-utils", "jsonrpc", "module-creator", "core", "elements", "filters"];

/** What is changed in a copy of a built module. */
export interface Tampering {
  /** Text of files, by path; those that are there are replaced. */
  readonly files?: Readonly<Record<string, string>>;
  /** Changes the JSON of files, by path. */
  readonly json?: Readonly<Record<string, (content: Record<string, unknown>) => void>>;
}

/** The folder; `await using` removes it. */
export class ModuleYard implements AsyncDisposable {
  readonly root: string;
  /** Where copies that servers load lie, as for `--modules-path`. */
  readonly modules: string;
  #archives: Readonly<Record<string, string>> = {};

  private constructor(root: string) {
    this.root = root;
    this.modules = join(root, "modules");
  }

  /** Packs the workspace's packages, and installs the creator from its archive. */
  static async open(): Promise<ModuleYard> {
    const yard = new ModuleYard(await mkdtemp(join(tmpdir(), "kms-yard-")));
    await mkdir(yard.modules);
    const archives = join(yard.root, "archives");
    for (const name of NEEDED)
      await run("pnpm", ["pack", "--pack-destination", archives], { cwd: join(PACKAGES, name) });
    const files = await readdir(archives);
    yard.#archives = Object.fromEntries(
      NEEDED.map((name) => {
        const file = files.find((one) => one.startsWith(`kms-${name}-`)) ?? "";
        return [`@kms/${name}`, `file:${join(archives, file)}`];
      }),
    );
    const creator = join(yard.root, "creator");
    await mkdir(creator);
    const dependencies = { "@kms/module-creator": yard.#archives["@kms/module-creator"] };
    await writeFile(join(creator, "package.json"), JSON.stringify({ dependencies }));
    await yard.run(creator, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
    return yard;
  }

  /** Scaffolds a module. @returns its folder */
  async scaffold(name: string, kind: string): Promise<string> {
    const command = join(this.root, "creator/node_modules/.bin/kurento-module-scaffold");
    const folder = join(this.root, kind);
    await this.run(this.root, command, name, folder, kind);
    return folder;
  }

  /** Installs what the module needs, `@kms` packages from the archives, and builds it. */
  async build(folder: string): Promise<void> {
    const file = join(folder, "package.json");
    const content = JSON.parse(await readFile(file, "utf8")) as Record<string, object>;
    content["devDependencies"] = { ...content["devDependencies"], ...this.#archives };
    await writeFile(file, JSON.stringify(content));
    await this.run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
    await this.run(folder, "npm", "run", "build");
  }

  /** Copies what a module ships into {@link modules}: nothing that it was built with. */
  async deploy(
    folder: string,
    name: string,
    { files = {}, json = {} }: Tampering = {},
  ): Promise<void> {
    const target = join(this.modules, name);
    await mkdir(target);
    for (const part of ["package.json", "dist", "build/RelWithDebInfo/gstreamer-1.0"])
      await cp(join(folder, part), join(target, part), { recursive: true });
    for (const [path, change] of Object.entries(json)) {
      const content = JSON.parse(await readFile(join(target, path), "utf8")) as Record<
        string,
        unknown
      >;
      change(content);
      await writeFile(join(target, path), JSON.stringify(content));
    }
    for (const [path, text] of Object.entries(files)) await writeFile(join(target, path), text);
  }

  /** Runs a command. @returns what it printed @throws Error with its output when it fails */
  async run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
    const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", NODE_OPTIONS: "" };
    const { stdout } = await run(command, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
