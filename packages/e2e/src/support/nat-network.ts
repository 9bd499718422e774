// Hosts, some behind NATs, that meet only over an internet of their own. Needs nftables.
//
//   host 10.77.1.2 -- 10.77.1.1 NAT 203.0.113.6 -- 203.0.113.5 internet 203.0.113.1 -- 203.0.113.2 host without a NAT
//                                                  203.0.113.254: servers that are on the internet itself
import { DEVICE, Namespace, RUN } from "./namespaces.js";

/** An address of the internet itself, where no NAT is. */
export const INTERNET_IP = "203.0.113.254";

/**
 * What is between a host and the internet: nothing; a NAT that keeps one outer port for each inner one (RFC 4787's
 * endpoint-independent mapping); or one that takes another port for each peer. Both let in only what answers.
 */
export type Nat = "none" | "cone" | "symmetric";

export interface Host {
  readonly namespace: Namespace;
  /** Its own address, on `eth0`. */
  readonly address: string;
  /** Where the internet sees it. */
  readonly publicAddress: string;
}

/** The internet and its hosts; disposing of it ends what still runs there and takes it down. */
export class NatNetwork {
  readonly #namespaces: Namespace[] = [];
  #links = 0;
  #controls = 0;

  static async create(): Promise<NatNetwork> {
    const network = new NatNetwork();
    return network.#orRemoved(async () => {
      const internet = await network.#add("internet");
      await internet.forward();
      await internet.ip("address", "add", `${INTERNET_IP}/32`, "dev", "lo");
      // Packets to private addresses get lost. Were there no route, coturn would end the allocation that sends them.
      await internet.link("nowhere", internet, "beyond");
      await internet.ip("link", "set", "beyond", "up");
      await internet.ip("link", "set", "nowhere", "arp", "off", "up");
      await internet.ip("route", "add", "default", "dev", "nowhere");
      return network;
    });
  }

  /** Where programs run that are on the internet itself, at {@link INTERNET_IP}. */
  get internet(): Namespace {
    const [internet] = this.#namespaces;
    if (!internet) throw new Error("the network was taken down");
    return internet;
  }

  /** A host of that name, which no other has. */
  async addHost(title: string, nat: Nat = "none"): Promise<Host> {
    return this.#orRemoved(async () => {
      const namespace = await this.#add(title);
      const publicAddress = `203.0.113.${4 * this.#links + 2}`;
      const subnet = `10.77.${this.#links}`;
      if (nat === "none") await this.#connect(namespace, "eth0");
      else await this.#hide(namespace, await this.#add(`${title}-nat`), subnet, nat);
      const address = nat === "none" ? publicAddress : `${subnet}.2`;
      return { namespace, address, publicAddress };
    });
  }

  /** A way to a host for the test alone; the address there, on no interface called `eth0`. */
  async control({ namespace }: Host): Promise<string> {
    const first = 4 * this.#controls++;
    const subnet = `10.78.${RUN}`;
    await namespace.linkToTest("ctl", `${DEVICE}c${first}`, `${subnet}.${first + 1}/30`);
    await namespace.up("ctl", `${subnet}.${first + 2}/30`);
    return `${subnet}.${first + 2}`;
  }

  async #add(title: string): Promise<Namespace> {
    const namespace = await Namespace.create(title);
    this.#namespaces.push(namespace);
    return namespace;
  }

  /** Links a namespace's `device` with the internet, and makes that its way to everywhere. */
  async #connect(namespace: Namespace, device: string): Promise<void> {
    const first = 4 * this.#links++;
    await this.internet.link(`to${first}`, namespace, device);
    await this.internet.up(`to${first}`, `203.0.113.${first + 1}/30`);
    await namespace.up(device, `203.0.113.${first + 2}/30`);
    await namespace.routeVia(`203.0.113.${first + 1}`);
  }

  async #hide(host: Namespace, router: Namespace, subnet: string, nat: Nat): Promise<void> {
    await this.#connect(router, "wan");
    await router.link("lan", host, "eth0");
    await router.up("lan", `${subnet}.1/24`);
    await host.up("eth0", `${subnet}.2/24`);
    await host.routeVia(`${subnet}.1`);
    await router.forward();
    await router.run("nft", natRules(nat));
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
    for (const namespace of this.#namespaces.splice(0)) await namespace[Symbol.asyncDispose]();
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
