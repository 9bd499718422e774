// `./kms run` with options, as a developer calls it, and the server process that comes out of it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./server.js";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const STARTED = "Kurento Media Server started";

/** What `./kms run` started. */
export class OmniRun implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly port: number;
  output = "";

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data) => (this.output += String(data)));
  }

  /** Resolves once the server has said that it has started; rejects where `./kms` ends before. */
  static async start(...options: readonly string[]): Promise<OmniRun> {
    const folder = await mkdtemp(join(tmpdir(), "kms-run-"));
    const port = await freePort();
    const configuration = join(folder, "kurento.conf.json");
    const net = { websocket: { port, address: "127.0.0.1", path: "kurento" } };
    await writeFile(configuration, JSON.stringify({ mediaServer: { net } }));
    // In a group of its own, which stop() ends as Ctrl-C would.
    const child = spawn("./kms", ["run", ...options, "-f", configuration], {
      cwd: ROOT,
      env: { ...process.env, KMS_VARIANT: "", KMS_SKIP_PACKAGES: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const started = new OmniRun(child, folder, port);
    await started.#printed(STARTED);
    return started;
  }

  /** Processes of this run whose command line has `word`. */
  async processes(word: string): Promise<number[]> {
    const numbers = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
    const isOurs = await Promise.all(numbers.map(async (pid) => this.#owns(pid, word)));
    return numbers.filter((_, index) => isOurs[index]);
  }

  /** Paths of the files that any process of this run has mapped. */
  async mapped(): Promise<ReadonlySet<string>> {
    const maps = await Promise.all(
      (await this.processes("")).map((pid) =>
        readFile(`/proc/${pid}/maps`, "utf8").catch(() => ""),
      ),
    );
    return new Set(maps.join("\n").match(/\/\S+$/gm) ?? []);
  }

  /** Ends it as Ctrl-C does; gives the exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.#child, "exit");
    if (this.#child.exitCode === null) {
      process.kill(-(this.#child.pid ?? 0), "SIGINT");
      await exited;
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #owns(pid: number, word: string): Promise<boolean> {
    const [stat, commandLine] = await Promise.all(
      ["stat", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    // proc(5): behind the name in brackets come state, parent, process group and session. GDB gives its child a group.
    const session = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[3];
    return Number(session) === this.#child.pid && (commandLine ?? "").includes(word);
  }

  #printed(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.output.includes(text)) resolve();
      };
      for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on("data", look);
      this.#child.once("exit", () => reject(new Error(`./kms run ended:\n${this.output}`)));
    });
  }
}
