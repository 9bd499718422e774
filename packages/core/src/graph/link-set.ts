import type { NativeMap } from "../native/host.js";
import { BranchSet } from "./branch-set.js";
import type { AppliedBranch, BranchHost, BranchSettings } from "./branch-set.js";
import type { MediaNode, Medium } from "./media.js";
import type { Plan, PlannedLink } from "./plan.js";
import type { PlannedBranch } from "./stages.js";

/** A link that exists now. */
export interface AppliedLink {
  readonly sinkId: string;
  readonly medium: Medium;
  /** Native id of the object directly before the sink: the source itself or a branch. */
  readonly from: string;
  readonly sourceId: string;
  /** The element the user connected. */
  readonly via: MediaNode;
  readonly transcodes: boolean;
}

/** The links and branches that exist in the native host, brought in line with one plan after the other. */
export class LinkSet {
  readonly #host: BranchHost;
  readonly #branches: BranchSet;
  readonly #links = new Map<string, AppliedLink>();
  readonly #failed = new Set<string>();

  constructor(host: BranchHost, settings: BranchSettings) {
    this.#host = host;
    this.#branches = new BranchSet(host, settings, (id, data) => this.#tellError(id, data));
  }

  /** The links as they are now. */
  links(): readonly AppliedLink[] {
    return [...this.#links.values()];
  }

  /** The branches as they are now: native id and what they do. */
  branches(): readonly AppliedBranch[] {
    return this.#branches.all();
  }

  /**
   * Makes what is missing before it removes what is left over, so that a sink is switched, never cut off.
   * A link that fails is reported to its sink and not tried again until the plan for it changes.
   */
  async apply(plan: Plan): Promise<void> {
    this.#forgetFailures(plan);
    this.#branches.want(branchesOf(plan.links));
    // Of hundreds of links mostly one is new.
    for (const link of plan.links) if (!this.#isApplied(link)) await this.#applyLink(link);
    await this.#unlinkOthers(plan);
    await this.#branches.keepOnly(branchesOf(this.#withoutFailed(plan.links)));
  }

  #withoutFailed(links: readonly PlannedLink[]): readonly PlannedLink[] {
    if (this.#failed.size === 0) return links;
    return links.filter((link) => !this.#failed.has(failureKey(link)));
  }

  #isApplied(link: PlannedLink): boolean {
    const existing = this.#links.get(link.key);
    if (existing === undefined || existing.via !== link.via) return false;
    const { branch, source } = link;
    return existing.from === (branch === undefined ? source : this.#branches.find(branch)?.id);
  }

  async #applyLink(link: PlannedLink): Promise<void> {
    const { key } = link;
    if (this.#failed.has(failureKey(link))) return;
    try {
      const { branch, source } = link;
      const from = branch === undefined ? source : await this.#branches.idOf(branch);
      const existing = this.#links.get(key);
      if (existing?.from !== from) await this.#host.link(link.sinkId, link.medium, from);
      this.#links.set(key, { ...pick(link), from });
      link.via.onTranscoding(link.medium, link.transcodes);
    } catch (error) {
      this.#failed.add(failureKey(link));
      link.sink.onLinkError(link.medium, error);
    }
  }

  async #unlinkOthers(plan: Plan): Promise<void> {
    const isComplete = plan.links.every(({ key }) => this.#links.has(key));
    if (isComplete && plan.links.length === this.#links.size) return;
    const wanted = new Set(plan.links.map(({ key }) => key));
    for (const [key, link] of this.#links) {
      if (wanted.has(key)) continue;
      this.#links.delete(key);
      // What is being taken away may be gone already; that is what was wanted.
      await this.#host.link(link.sinkId, link.medium, null).catch(() => undefined);
    }
  }

  #tellError(branchId: string, data: NativeMap): void {
    const behind = this.links().filter(({ from }) => this.#branches.isBefore(branchId, from));
    for (const owner of new Set(behind.map(({ via }) => via.owner))) owner.onConverterError(data);
  }

  #forgetFailures(plan: Plan): void {
    if (this.#failed.size === 0) return;
    const wanted = new Set(plan.links.map(failureKey));
    for (const key of this.#failed) if (!wanted.has(key)) this.#failed.delete(key);
  }
}

function branchesOf(links: readonly PlannedLink[]): PlannedBranch[] {
  const branches: PlannedBranch[] = [];
  for (const { branch } of links) if (branch !== undefined) branches.push(branch);
  return branches;
}

function failureKey(link: PlannedLink): string {
  return `${link.key}|${link.branch?.key ?? link.source}`;
}

function pick({ sinkId, medium, source, via, transcodes }: PlannedLink): Omit<AppliedLink, "from"> {
  return { sinkId, medium, sourceId: source, via, transcodes };
}
