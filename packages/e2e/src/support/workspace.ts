// A copy of the workspace to build in, and what Nx says it did there.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const MAX_OUTPUT = 64 * 1024 * 1024;

/** One task of an Nx run. */
export interface Task {
  readonly project: string;
  readonly target: string;
  readonly isCached: boolean;
}

/** How a task ended. */
export interface Outcome {
  readonly project: string;
  readonly target: string;
  readonly isGood: boolean;
}

/** Of the trace that Nx writes: threads have names, tasks a target and a status. */
interface ProfileEvent {
  readonly args: {
    readonly target?: { readonly project: string; readonly target: string };
    readonly status?: string;
  };
}

/** A workspace folder. */
export class Workspace implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** The workspace that the tests belong to. */
  static get own(): Workspace {
    return new Workspace(ROOT);
  }

  /** A copy of all files that git knows or would take, with its own history, caches and node_modules. */
  static async copy(): Promise<Workspace> {
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), "kms-workspace-")));
    const listed = await run(
      "git",
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      {
        cwd: ROOT,
        maxBuffer: MAX_OUTPUT,
      },
    );
    for (const file of listed.stdout.split("\0").filter(Boolean)) {
      const target = join(workspace.root, file);
      await mkdir(dirname(target), { recursive: true });
      await cp(join(ROOT, file), target, { errorOnExist: true }).catch(ignoreMissing);
    }
    await workspace.git("init", "--quiet", "--initial-branch=main");
    await workspace.commit("base");
    await workspace.run("pnpm", "install", "--prefer-offline", "--frozen-lockfile");
    return workspace;
  }

  async git(...args: readonly string[]): Promise<string> {
    const identity = [
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@localhost",
      "-c",
      "commit.gpgsign=false",
    ];
    return this.run("git", ...identity, ...args);
  }

  async commit(subject: string): Promise<void> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--no-verify", "-m", subject);
  }

  async run(command: string, ...args: readonly string[]): Promise<string> {
    return this.#execute(command, args, {});
  }

  /** Runs Nx targets and tells which tasks ran, in the order in which they ended. */
  async nx(...args: readonly string[]): Promise<readonly Task[]> {
    const output = await this.run("pnpm", "nx", ...args, "--outputStyle=static");
    const lines = [
      ...output.matchAll(/^> nx run ([\w-]+):([\w-]+)\s*(\[[^\]]*(?:cache)[^\]]*\])?/gm),
    ];
    return lines.map(([, project = "", target = "", cached]) => ({
      project,
      target,
      isCached: cached !== undefined,
    }));
  }

  /** Runs Nx targets and tells how each task ended: bad are those that failed, and those that had to be left out then. */
  async outcomes(...args: readonly string[]): Promise<readonly Outcome[]> {
    const file = "nx-profile.json";
    const running = this.#execute("pnpm", ["nx", ...args], { NX_PROFILE: file });
    // What failed and what was left out stands in the summary of a failed run, which goes to stderr.
    const output = await running.catch((error: { readonly stderr?: string }) => error.stderr ?? "");
    const events = JSON.parse(await readFile(join(this.root, file), "utf8")) as ProfileEvent[];
    const begun = events.flatMap(({ args: { target, status } }) =>
      target === undefined ? [] : [outcome(target.project, target.target, status !== "failure")],
    );
    return [...begun, ...notRun(output)];
  }

  /** The JSON that an Nx command writes into the file given by its last argument. */
  async nxJson(...args: readonly string[]): Promise<unknown> {
    const folder = await mkdtemp(join(tmpdir(), "kms-nx-"));
    const file = join(folder, "out.json");
    await this.run("pnpm", "nx", ...args.slice(0, -1), `${args.at(-1) ?? ""}=${file}`);
    const json: unknown = JSON.parse(await readFile(file, "utf8"));
    await rm(folder, { recursive: true });
    return json;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  async #execute(
    command: string,
    args: readonly string[],
    extra: Readonly<Record<string, string>>,
  ): Promise<string> {
    const env = {
      ...process.env,
      NX_DAEMON: "false",
      NX_BASE: undefined,
      NX_HEAD: undefined,
      NX_PROFILE: undefined,
      FORCE_COLOR: "0",
      ...extra,
    };
    const { stdout } = await run(command, args, { cwd: this.root, env, maxBuffer: MAX_OUTPUT });
    return stdout;
  }
}

function outcome(project: string, target: string, isGood: boolean): Outcome {
  return { project, target, isGood };
}

/** The tasks that Nx lists as not run; its trace does not have them. */
function notRun(output: string): readonly Outcome[] {
  const [, list = ""] = /^Tasks not run because .*\n\n((?:- \S+\n)+)/m.exec(output) ?? [];
  return [...list.matchAll(/^- ([^:\n]+):(\S+)$/gm)].map(([, project = "", target = ""]) =>
    outcome(project, target, false),
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
