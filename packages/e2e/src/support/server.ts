// Starts the real server as its user would, on free ports and with its own configuration, and stops it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(import.meta.resolve("@kms/server/main"));
const STARTED = "Kurento Media Server started";
const SANITIZER_REPORT = /AddressSanitizer|runtime error:/;

export interface ServerOptions {
  /** What goes before the program to run it elsewhere, such as `ip netns exec name`. */
  readonly command?: readonly string[];
  /** Added to the command line. */
  readonly args?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Merged over `mediaServer.net.websocket`. */
  readonly websocket?: Readonly<Record<string, unknown>>;
  /** Merged over the configuration's `mediaServer` object. */
  readonly mediaServer?: Readonly<Record<string, unknown>>;
  /** Settings of classes, below `modules`. */
  readonly modules?: Readonly<Record<string, unknown>>;
}

/** A running server process. */
export class Server {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<unknown>;
  readonly port: number;
  #output = "";

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    this.#exited = once(child, "exit");
    child.stdout?.on("data", (data) => (this.#output += String(data)));
    child.stderr?.on("data", (data) => (this.#output += String(data)));
  }

  /** Starts a server and waits until it says that it has started. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "kms-e2e-"));
    const port = await freePort();
    const configuration = join(folder, "kurento.conf.json");
    await writeFile(configuration, JSON.stringify(configurationFor(port, options)));
    const [program, ...prefix] = [...(options.command ?? []), process.execPath];
    const args = [...prefix, MAIN, "-f", configuration, ...(options.args ?? [])];
    const child = spawn(program ?? "", args, {
      env: { ...process.env, ...sanitizerEnvironment(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new Server(child, folder, port);
    await server.printed(STARTED);
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/kurento`;
  }

  /** A secure context for browsers, so that they open the camera. */
  get pageUrl(): string {
    return `http://localhost:${this.port}/`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A folder that lives as long as the server. */
  get folder(): string {
    return this.#folder;
  }

  get output(): string {
    return this.#output;
  }

  /** Process ids of the media workers. */
  async workers(): Promise<number[]> {
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, "utf8");
    const candidates = children.split(" ").filter(Boolean).map(Number);
    const isWorker = await Promise.all(candidates.map(isWorkerProcess));
    return candidates.filter((_, index) => isWorker[index]);
  }

  /** Resolves once the server has printed `text`; rejects when it ends before. */
  async printed(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const streams = [this.#child.stdout, this.#child.stderr].flatMap((stream) => stream ?? []);
      const more = streams.map((stream) => once(stream, "data"));
      const ended = this.#exited.then(() => {
        throw new Error(`the server ended before it printed "${text}":\n${this.#output}`);
      });
      await Promise.race([...more, ended]);
    }
  }

  /** Sends SIGTERM and gives the exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
    await this.#exited;
    await rm(this.#folder, { recursive: true, force: true });
    if (SANITIZER_REPORT.test(this.#output))
      throw new Error(`a sanitizer reports:\n${this.#output}`);
    return this.#child.exitCode;
  }
}

/** What native code built with KMS_SANITIZE needs: its runtime before Node's own allocator. Leaks are the native tests' business. */
function sanitizerEnvironment(): Readonly<Record<string, string>> {
  if (!process.env["KMS_SANITIZE"]?.includes("address")) return {};
  const library = execFileSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).trim();
  return {
    LD_PRELOAD: library,
    ASAN_OPTIONS: "detect_leaks=0:halt_on_error=1",
    UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
  };
}

async function isWorkerProcess(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("worker");
}

function configurationFor(port: number, options: ServerOptions): unknown {
  const net = { websocket: { port, address: "127.0.0.1", path: "kurento", ...options.websocket } };
  return {
    mediaServer: { net, ...options.mediaServer },
    ...(options.modules && { modules: options.modules }),
  };
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

/** Ids of the threads of a process. */
export async function threads(pid: number): Promise<string[]> {
  return readdir(`/proc/${pid}/task`);
}

/** Which of the processes has the UDP port bound. */
export async function owningProcess(pids: readonly number[], port: number): Promise<number> {
  const table = `${await readFile("/proc/net/udp", "utf8")}${await readFile("/proc/net/udp6", "utf8")}`;
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = [...table.matchAll(new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} .*$`, "gm"))].map(
    (line) => line[0].trim().split(/\s+/)[9],
  );
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const links = descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""));
    const targets = await Promise.all(links);
    if (inodes.some((inode) => targets.includes(`socket:[${inode}]`))) return pid;
  }
  throw new Error(`no process of ${pids.join(", ")} has UDP port ${port}`);
}
