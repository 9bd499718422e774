// Network namespaces with a NAT between them: `inner` behind it, `outer` in front. Needs root, iproute2 and nftables.
//
//   test (root namespace) 10.78.0.1 -- 10.78.0.2 inner 10.77.1.2 -- 10.77.1.1 nat 203.0.113.1 -- 203.0.113.2 outer
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const BROWSER = process.env["KMS_CHROMIUM"] ?? "/usr/bin/chromium";

export const INNER_IP = "10.77.1.2";
export const OUTER_IP = "203.0.113.2";
export const NAT_IP = "203.0.113.1";
/** Where the test itself reaches `inner` and `outer`. */
export const CONTROL_IP = { inner: "10.78.0.2", outer: "10.78.1.2" };

export type Side = "inner" | "outer";

/** The namespaces; `await using` takes them down. */
export class NatNetwork {
  readonly #id = `kms${process.pid % 10_000}`;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<NatNetwork> {
    const network = new NatNetwork(await mkdtemp(join(tmpdir(), "kms-nat-")));
    await network.#build();
    return network;
  }

  /** What runs a program there. */
  command(side: Side): readonly string[] {
    return ["ip", "netns", "exec", this.#name(side)];
  }

  /** A program that starts Chromium there. */
  async browserProgram(side: Side): Promise<string> {
    const path = join(this.#folder, `chromium-${side}`);
    await writeFile(path, `#!/bin/sh\nexec ${this.command(side).join(" ")} ${BROWSER} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  #name(part: Side | "nat"): string {
    return `${this.#id}-${part}`;
  }

  async #build(): Promise<void> {
    for (const part of ["inner", "nat", "outer"] as const) {
      await ip("netns", "add", this.#name(part));
      await ip("-n", this.#name(part), "link", "set", "lo", "up");
    }
    await this.#join(["inner", "eth0", `${INNER_IP}/24`], ["nat", "in", "10.77.1.1/24"]);
    await this.#join(["nat", "out", `${NAT_IP}/24`], ["outer", "eth0", `${OUTER_IP}/24`]);
    await ip("-n", this.#name("inner"), "route", "add", "default", "via", "10.77.1.1");
    await this.#control("inner", "10.78.0.1/30", `${CONTROL_IP.inner}/30`);
    await this.#control("outer", "10.78.1.1/30", `${CONTROL_IP.outer}/30`);
    const rules =
      "table ip nat { chain post { type nat hook postrouting priority 100; oifname out masquerade; }; }";
    const inNat = ["netns", "exec", this.#name("nat")];
    await ip(...inNat, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    await ip(...inNat, "nft", rules);
  }

  async #join(one: Place, other: Place): Promise<void> {
    const [here, there] = [this.#name(one[0]), this.#name(other[0])];
    await ip("-n", here, "link", "add", one[1], "type", "veth", "peer", other[1], "netns", there);
    await up(here, one[1], one[2]);
    await up(there, other[1], other[2]);
  }

  async #control(side: Side, ours: string, theirs: string): Promise<void> {
    const link = `${this.#id}${side}`;
    const there = this.#name(side);
    await ip("link", "add", link, "type", "veth", "peer", "ctl", "netns", there);
    await ip("address", "add", ours, "dev", link);
    await ip("link", "set", link, "up");
    await up(there, "ctl", theirs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of ["inner", "nat", "outer"] as const)
      await ip("netns", "delete", this.#name(part));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

type Place = readonly [part: Side | "nat", device: string, address: string];

async function ip(...args: string[]): Promise<void> {
  await run("ip", args);
}

async function up(namespace: string, device: string, address: string): Promise<void> {
  await ip("-n", namespace, "address", "add", address, "dev", device);
  await ip("-n", namespace, "link", "set", device, "up");
}
