// A host behind a link that is as narrow as the test wants (`tc`, a token bucket). Needs root and iproute2.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DEVICE, Namespace, RUN } from "./namespaces.js";

const run = promisify(execFile);
const OURS = `${DEVICE}tbf`.slice(-15);
const SUBNET = `10.79.${RUN}`;
/** Of the queue: what would wait longer is lost. */
const LONGEST_QUEUE = "300ms";
/** One full packet and a bit: a bigger bucket would let bursts through faster than the rate. */
const BUCKET = "2kb";

/** The link and the namespace at its end; one at a time. */
export class ShapedLink {
  readonly namespace: Namespace;
  /** Our end: where the host finds what the test runs. */
  readonly address = `${SUBNET}.1`;

  private constructor(namespace: Namespace) {
    this.namespace = namespace;
  }

  /** @param rateKbps towards the host, in kbit/s */
  static async create(rateKbps: number): Promise<ShapedLink> {
    const link = new ShapedLink(await Namespace.create("shaped"));
    try {
      await link.namespace.linkToTest("eth0", OURS, `${SUBNET}.1/30`);
      await link.namespace.up("eth0", `${SUBNET}.2/30`);
      await link.namespace.routeVia(link.address);
      await link.setRate(rateKbps);
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw error;
    }
    return link;
  }

  /** From now on; what waits in the queue stays there. */
  async setRate(kbps: number): Promise<void> {
    const bucket = ["rate", `${kbps}kbit`, "burst", BUCKET, "latency", LONGEST_QUEUE];
    await run("tc", ["qdisc", "replace", "dev", OURS, "root", "handle", "1:", "tbf", ...bucket]);
  }

  /** Packets that found the queue full. */
  async dropped(): Promise<number> {
    const { stdout } = await run("tc", ["-s", "qdisc", "show", "dev", OURS]);
    return Number(/dropped (\d+)/.exec(stdout)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.namespace[Symbol.asyncDispose]();
  }
}
