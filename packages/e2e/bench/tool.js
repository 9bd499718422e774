// @ts-check
// The load generator and drivers of the workspace's bench folder, copied and built, and how they are run.
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Where the bench's sources are: KMS_BENCH, or `shared/bench` beside the workspace. */
function sources() {
  const folder = process.env["KMS_BENCH"] ?? resolve(workspace, "../shared/bench");
  if (!existsSync(join(folder, "drive-kurento.mjs")))
    throw new Error(`no bench in ${folder}: set KMS_BENCH`);
  return folder;
}

/** A built copy of the bench in a temporary folder. */
export class Tool {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** Copies and builds it: about 30 s on one core. */
  static async make() {
    const tool = new Tool(await mkdtemp(join(tmpdir(), "kms-bench-")));
    const { folder } = tool;
    await cp(sources(), folder, { recursive: true });
    execFileSync("chmod", ["-R", "u+w", folder]);
    const build = join(folder, "build");
    const quiet = /** @type {const} */ ({ stdio: ["ignore", "ignore", "inherit"] });
    execFileSync("cmake", ["-S", folder, "-B", build, "-DCMAKE_BUILD_TYPE=Release"], quiet);
    execFileSync("cmake", ["--build", build, "-j2"], quiet);
    await mkdir(join(folder, "node_modules"));
    const ws = dirname(createRequire(import.meta.url).resolve("ws/package.json"));
    await symlink(ws, join(folder, "node_modules/ws"));
    return tool;
  }

  /** Removes the copy. */
  async remove() {
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * A command as a file, for drivers that take only a name.
   * @param {string} name
   * @param {string} command what is executed; the script's arguments follow it
   */
  async script(name, command) {
    const path = join(this.folder, name);
    await writeFile(path, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  /**
   * Runs a driver.
   * @param {string} driver
   * @param {Readonly<Record<string, string | number | boolean>>} options
   * @param {{ env?: Readonly<Record<string, string>>, onRunning?: (pid: number) => () => void }} [more] `onRunning`
   *   gives what is called when the driver has ended
   * @returns {Promise<any[]>} one object for each value of `subs`
   */
  async drive(driver, options, { env = {}, onRunning } = {}) {
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(process.execPath, [join(this.folder, driver), ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const stop = child.pid === undefined ? undefined : onRunning?.(child.pid);
    let output = "";
    child.stdout.on("data", (data) => (output += String(data)));
    const code = await new Promise((ended) => child.once("close", ended));
    stop?.();
    if (code !== 0) throw new Error(`${driver} ended with ${String(code)}`);
    return output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }
}

/** The command that starts the workspace's server. */
export function serverCommand() {
  return `${process.execPath} ${join(workspace, "packages/server/dist/main.js")}`;
}
