// Network namespaces to run programs in. Needs root and iproute2.
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const BROWSER = process.env["KMS_CHROMIUM"] ?? "/usr/bin/chromium";
const PREFIX = "kmsnet";

/** What begins the names of this process's devices in the test's own namespace, of at most 15 characters. */
export const DEVICE = `${PREFIX}${process.pid % 100_000}`;
/** Makes addresses other than those of another test run on this machine: 0 to 255. */
export const RUN = process.pid % 256;

/** Disposing of it ends what still runs in it and takes it down. */
export class Namespace {
  readonly #folder: string;
  readonly name: string;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  /** Makes one, with a title that no other of this process has; what runs that were ended have left behind is removed. */
  static async create(title: string): Promise<Namespace> {
    await removeStale();
    const name = `${PREFIX}-${process.pid}-${title}`;
    const namespace = new Namespace(name, await mkdtemp(join(tmpdir(), "kms-namespace-")));
    await run("ip", ["netns", "add", name]);
    await namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  /** What goes before a program and its arguments to run it there. */
  get command(): readonly string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** Runs a program there to its end. */
  async run(...command: readonly string[]): Promise<void> {
    await run("ip", ["netns", "exec", this.name, ...command]);
  }

  /** Runs `ip` for it. */
  async ip(...args: readonly string[]): Promise<void> {
    await run("ip", ["-n", this.name, ...args]);
  }

  /** Gives a device its address and starts it. */
  async up(device: string, address: string): Promise<void> {
    await this.ip("address", "add", address, "dev", device);
    await this.ip("link", "set", device, "up");
  }

  /** A cable from a device here to one of another namespace. */
  async link(device: string, other: Namespace, otherDevice: string): Promise<void> {
    const peer = ["peer", otherDevice, "netns", other.name];
    await this.ip("link", "add", device, "type", "veth", ...peer);
  }

  /** A cable from a device here to one of the test's own namespace. */
  async linkToTest(device: string, ours: string, ourAddress: string): Promise<void> {
    await run("ip", ["link", "add", ours, "type", "veth", "peer", device, "netns", this.name]);
    await run("ip", ["address", "add", ourAddress, "dev", ours]);
    await run("ip", ["link", "set", ours, "up"]);
  }

  /**
   * Where packets to elsewhere go. Without such a route Chromium finds no address of its own, and so no candidate.
   */
  async routeVia(address: string): Promise<void> {
    await this.ip("route", "add", "default", "via", address);
  }

  /** Passes on packets between its devices. */
  async forward(): Promise<void> {
    await this.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
  }

  /** A program that starts Chromium there. */
  async browser(): Promise<string> {
    const path = join(this.#folder, "chromium");
    await writeFile(path, `#!/bin/sh\nexec ${this.command.join(" ")} ${BROWSER} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.name);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Ends what runs in a namespace, all of it started by its test, and removes it. */
async function remove(name: string): Promise<void> {
  const { stdout } = await run("ip", ["netns", "pids", name]);
  for (const pid of stdout.split("\n").filter(Boolean)) kill(Number(pid));
  await run("ip", ["netns", "delete", name]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function removeStale(): Promise<void> {
  const { stdout } = await run("ip", ["netns", "list"]);
  for (const line of stdout.split("\n")) {
    const [, name = "", pid] = new RegExp(`^(${PREFIX}-(\\d+)-\\S+)`).exec(line) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await remove(name);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
