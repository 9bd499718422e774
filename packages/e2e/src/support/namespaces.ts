// Hosts in network namespaces, some behind NATs, that meet only over an internet of their own. Needs root, iproute2 and
// nftables.
//
//   host 10.77.1.2 -- 10.77.1.1 NAT 203.0.113.6 -- 203.0.113.5 internet 203.0.113.1 -- 203.0.113.2 host without a NAT
//                                                  203.0.113.254: servers that are on the internet itself
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const BROWSER = process.env["KMS_CHROMIUM"] ?? "/usr/bin/chromium";
const PREFIX = "kmsnet";
const DEFAULT_ROUTE = ["route", "add", "default", "via"] as const;

/** An address of the internet itself, where no NAT is. */
export const INTERNET_IP = "203.0.113.254";

/**
 * What is between a host and the internet: nothing; a NAT that keeps one outer port for each inner one (RFC 4787's
 * endpoint-independent mapping); or one that takes another port for each peer. Both let in only what answers.
 */
export type Nat = "none" | "cone" | "symmetric";

/** A namespace to run programs in. */
export interface Host {
  readonly namespace: string;
  /** Its own address, on `eth0`. */
  readonly address: string;
  /** Where the internet sees it. */
  readonly publicAddress: string;
  /** What goes before a program and its arguments to run it there. */
  readonly command: readonly string[];
}

/** The namespaces; disposing of it ends what still runs in them and takes them down. */
export class Network {
  readonly #folder: string;
  readonly #namespaces: string[] = [];
  readonly #internet = name("internet");
  #links = 0;
  #controls = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Network> {
    await removeStale();
    const network = new Network(await mkdtemp(join(tmpdir(), "kms-network-")));
    await network.#orRemoved(async () => {
      await network.#addNamespace(network.#internet);
      await forward(network.#internet);
      await ip(network.#internet, "address", "add", `${INTERNET_IP}/32`, "dev", "lo");
    });
    return network;
  }

  /** What runs programs on the internet itself, at {@link INTERNET_IP}. */
  get command(): readonly string[] {
    return commandIn(this.#internet);
  }

  /** A host of that name, which is in no other use. */
  async addHost(title: string, nat: Nat = "none"): Promise<Host> {
    return this.#orRemoved(async () => {
      const namespace = name(title);
      await this.#addNamespace(namespace);
      const publicAddress = `203.0.113.${4 * this.#links + 2}`;
      const number = this.#links;
      if (nat === "none") await this.#connect(namespace, "eth0");
      const address = nat === "none" ? publicAddress : `10.77.${number}.2`;
      if (nat !== "none") await this.#hide(namespace, `10.77.${number}`, nat);
      return { namespace, address, publicAddress, command: commandIn(namespace) };
    });
  }

  /** A way to a host for the test alone; the address there, on no interface called `eth0`. */
  async control(host: Host): Promise<string> {
    const first = 4 * this.#controls++;
    const ours = `${PREFIX}${process.pid}c${first}`.slice(-15);
    const subnet = `10.78.${process.pid % 256}`;
    await run("ip", ["link", "add", ours, "type", "veth", "peer", "ctl", "netns", host.namespace]);
    await run("ip", ["address", "add", `${subnet}.${first + 1}/30`, "dev", ours]);
    await run("ip", ["link", "set", ours, "up"]);
    await up(host.namespace, "ctl", `${subnet}.${first + 2}/30`);
    return `${subnet}.${first + 2}`;
  }

  /** A program that starts Chromium on a host. */
  async browserOn({ namespace, command }: Host): Promise<string> {
    const path = join(this.#folder, `chromium-${namespace}`);
    await writeFile(path, `#!/bin/sh\nexec ${command.join(" ")} ${BROWSER} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async #addNamespace(namespace: string): Promise<void> {
    await run("ip", ["netns", "add", namespace]);
    this.#namespaces.push(namespace);
    await ip(namespace, "link", "set", "lo", "up");
  }

  /**
   * Links a namespace's `device` with the internet, and makes that its way to everywhere: without a default route
   * Chromium finds no address of its own, and so no candidate.
   */
  async #connect(namespace: string, device: string): Promise<void> {
    const first = 4 * this.#links++;
    const end = `to${first}`;
    await link([this.#internet, end], [namespace, device]);
    await up(this.#internet, end, `203.0.113.${first + 1}/30`);
    await up(namespace, device, `203.0.113.${first + 2}/30`);
    await ip(namespace, ...DEFAULT_ROUTE, `203.0.113.${first + 1}`);
  }

  async #hide(namespace: string, subnet: string, nat: Nat): Promise<void> {
    const router = `${namespace}-nat`;
    await this.#addNamespace(router);
    await this.#connect(router, "wan");
    await link([router, "lan"], [namespace, "eth0"]);
    await up(router, "lan", `${subnet}.1/24`);
    await up(namespace, "eth0", `${subnet}.2/24`);
    await ip(namespace, ...DEFAULT_ROUTE, `${subnet}.1`);
    await forward(router);
    await run("ip", ["netns", "exec", router, "nft", natRules(nat)]);
  }

  async #orRemoved<T>(build: () => Promise<T>): Promise<T> {
    try {
      return await build();
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.splice(0)) await remove(namespace);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What nobody asked for is dropped before the NAT takes note of it, else it would occupy the port that its peer is to have. */
function natRules(nat: Nat): string {
  const mapping = nat === "symmetric" ? "masquerade fully-random" : "masquerade";
  return `table ip nat {
    chain out { type nat hook postrouting priority 100; oifname "wan" ${mapping}; }
    chain own { type filter hook input priority 0; iifname "wan" ct state new drop; }
    chain in { type filter hook forward priority 0; iifname "wan" ct state new drop; }
  }`;
}

function name(title: string): string {
  return `${PREFIX}-${process.pid}-${title}`;
}

function commandIn(namespace: string): readonly string[] {
  return ["ip", "netns", "exec", namespace];
}

async function ip(namespace: string, ...args: readonly string[]): Promise<void> {
  await run("ip", ["-n", namespace, ...args]);
}

type End = readonly [namespace: string, device: string];

async function link(one: End, other: End): Promise<void> {
  await ip(one[0], "link", "add", one[1], "type", "veth", "peer", other[1], "netns", other[0]);
}

async function up(namespace: string, device: string, address: string): Promise<void> {
  await ip(namespace, "address", "add", address, "dev", device);
  await ip(namespace, "link", "set", device, "up");
}

async function forward(namespace: string): Promise<void> {
  const write = "echo 1 > /proc/sys/net/ipv4/ip_forward";
  await run("ip", ["netns", "exec", namespace, "sh", "-c", write]);
}

/** Ends what runs in a namespace, all of it started by its test, and removes it. */
async function remove(namespace: string): Promise<void> {
  const { stdout } = await run("ip", ["netns", "pids", namespace]);
  for (const pid of stdout.split("\n").filter(Boolean)) kill(Number(pid));
  await run("ip", ["netns", "delete", namespace]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Removes namespaces of test runs that were ended before they could. */
async function removeStale(): Promise<void> {
  const { stdout } = await run("ip", ["netns", "list"]);
  for (const line of stdout.split("\n")) {
    const [, namespace = "", pid] = new RegExp(`^(${PREFIX}-(\\d+)-\\S+)`).exec(line) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await remove(namespace);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
