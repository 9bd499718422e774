import type { AppliedBranch, BranchHost, BranchSettings } from "./branch-set.js";
import { LinkSet } from "./link-set.js";
import type { AppliedLink } from "./link-set.js";
import { computePlan, KnownLinks } from "./plan.js";
import type { ThroughFlow } from "./plan.js";
import { SlowViewerWatch } from "./slow-viewer-watch.js";
import { Topology } from "./topology.js";
import type { DesiredLink } from "./topology.js";
import type { MediaNode, Medium } from "./media.js";

/**
 * Keeps the native links of one pipeline in line with the connections that users asked for: recomputed after each
 * connect, disconnect, negotiation, format change and release, applied one plan after the other.
 */
export class Planner {
  readonly #topology = new Topology();
  readonly #links: LinkSet;
  readonly #known = new KnownLinks();
  readonly #onError: (error: unknown) => void;
  readonly #viewers = new SlowViewerWatch(() => this.update());
  #flowing: readonly ThroughFlow[] = [];
  #running: Promise<void> | undefined;
  #isDirty = false;

  /**
   * @param host makes and joins the native objects
   * @param settings how branches are made
   * @param onError gets what should not happen: an element's callback that threw
   */
  constructor(host: BranchHost, settings: BranchSettings, onError: (error: unknown) => void) {
    this.#links = new LinkSet(host, settings);
    this.#onError = onError;
  }

  /** Wants the sink to get this medium from the source, instead of whatever it got before. */
  connect(link: DesiredLink): void {
    this.#topology.connect(link);
    this.update(link.sink);
  }

  /** Wants the sink to get nothing of this medium. */
  disconnect(sink: MediaNode, medium: Medium): void {
    this.#topology.disconnect(sink, medium);
    this.update(sink);
  }

  /** Forgets the element; await {@link settled} before its native object goes. */
  remove(node: MediaNode): void {
    this.#topology.remove(node);
    this.update();
  }

  /**
   * To be called when an element's format, accepted formats, transparency, encoder settings or flow changed.
   * @param node the element, where nothing else has changed: most have no one behind them, so that only their own links
   * are planned anew
   */
  update(node?: MediaNode): void {
    if (node !== undefined && this.#topology.isLast(node)) this.#known.forget(node.owner);
    else this.#known.clear();
    this.#isDirty = true;
    this.#running ??= this.#run();
  }

  /** Resolves when everything asked for so far is in place. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** The native links as they are now. */
  links(): readonly AppliedLink[] {
    return this.#links.links();
  }

  /** The branches as they are now. */
  branches(): readonly AppliedBranch[] {
    return this.#links.branches();
  }

  async #run(): Promise<void> {
    // Let the caller finish its changes: several connections then make one plan.
    await Promise.resolve();
    try {
      while (this.#isDirty) await this.#pass();
    } finally {
      this.#running = undefined;
    }
  }

  async #pass(): Promise<void> {
    this.#isDirty = false;
    try {
      const plan = computePlan(this.#topology, this.#known, (key) => this.#viewers.isSlow(key));
      this.#viewers.follow(plan);
      this.#tellFlows(plan.flows);
      await this.#links.apply(plan);
    } catch (error) {
      this.#onError(error);
    }
  }

  // A transparent element that is no longer in the plan has nothing flowing through it.
  #tellFlows(flows: readonly ThroughFlow[]): void {
    const ended = this.#flowing.filter(
      (old) => !flows.some(({ node, medium }) => node === old.node && medium === old.medium),
    );
    this.#flowing = flows.filter(({ flowing }) => flowing);
    for (const { node, medium } of ended) node.onThroughFlow(medium, false);
    for (const { node, medium, flowing } of flows) node.onThroughFlow(medium, flowing);
  }
}
