import type { NativeHost, NativeMap } from "../native/host.js";
import type { MediaNode, Medium } from "./media.js";
import { linkKey } from "./plan.js";
import type { Plan, PlannedBranch, PlannedLink } from "./plan.js";

/** What the planner needs of the native host. */
export type LinkHost = Pick<NativeHost, "create" | "invoke" | "link" | "release">;

/** How branches are made. */
export interface BranchSettings {
  /** The pipeline's I/O thread. */
  readonly ioThread: number;
  /** Makes an id that no other native object has. */
  newId(): string;
  /** Encoder settings wanted by the element that the media leaves. */
  encoderParams(source: MediaNode, medium: Medium): NativeMap;
}

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

interface AppliedBranch {
  readonly id: string;
  /** The element whose settings its encoder follows. */
  readonly via: MediaNode;
  readonly planned: PlannedBranch;
}

/** The links and branches that exist in the native host, brought in line with one plan after the other. */
export class LinkSet {
  readonly #host: LinkHost;
  readonly #settings: BranchSettings;
  readonly #links = new Map<string, AppliedLink>();
  readonly #branches = new Map<string, AppliedBranch>();
  readonly #failed = new Set<string>();

  constructor(host: LinkHost, settings: BranchSettings) {
    this.#host = host;
    this.#settings = settings;
  }

  /** The links as they are now. */
  links(): readonly AppliedLink[] {
    return [...this.#links.values()];
  }

  /** The branches as they are now: native id and what they do. */
  branches(): readonly { id: string; planned: PlannedBranch }[] {
    return [...this.#branches.values()];
  }

  /**
   * Sets the bitrate of the encoders that follow the element's settings.
   * @param bps 0 = the encoder's own choice, which only encoders made later take
   */
  async setBitrate(via: MediaNode, medium: Medium, bps: number): Promise<void> {
    if (bps === 0) return;
    const branches = [...this.#branches.values()].filter(
      (branch) => branch.via.owner === via && branch.planned.medium === medium,
    );
    await Promise.all(
      branches.map(({ id }) => this.#host.invoke(id, "setBitrate", { bitrate: bps })),
    );
  }

  /**
   * Makes what is missing before it removes what is left over, so that a sink is switched, never cut off.
   * A link that fails is reported to its sink and not tried again until the plan for it changes.
   */
  async apply(plan: Plan): Promise<void> {
    this.#forgetFailures(plan);
    // Of hundreds of links mostly one is new.
    for (const link of plan.links) if (!this.#isApplied(link)) await this.#applyLink(link);
    await this.#unlinkOthers(plan);
    await this.#releaseUnused(plan);
  }

  #isApplied(link: PlannedLink): boolean {
    const existing = this.#links.get(linkKey(link));
    if (existing === undefined || existing.via !== link.via) return false;
    const { branch, source } = link;
    return existing.from === (branch === undefined ? source : this.#branches.get(branch.key)?.id);
  }

  async #applyLink(link: PlannedLink): Promise<void> {
    const key = linkKey(link);
    if (this.#failed.has(failureKey(link))) return;
    try {
      const from =
        link.branch === undefined ? link.source : await this.#branchId(link.branch, link.via);
      const existing = this.#links.get(key);
      if (existing?.from !== from) await this.#host.link(link.sinkId, link.medium, from);
      this.#links.set(key, { ...pick(link), from });
      link.via.onTranscoding(link.medium, link.transcodes);
    } catch (error) {
      this.#failed.add(failureKey(link));
      link.sink.onLinkError(link.medium, error);
    }
  }

  async #branchId(planned: PlannedBranch, via: MediaNode): Promise<string> {
    const existing = this.#branches.get(planned.key);
    if (existing !== undefined) return existing.id;
    const id = this.#settings.newId();
    const { medium } = planned;
    const encoder = this.#settings.encoderParams(via, medium);
    await this.#host.create("Branch", id, { ...this.#branchParams(planned), ...encoder });
    try {
      await this.#host.link(id, medium, planned.source);
    } catch (error) {
      await this.#host.release(id);
      throw error;
    }
    this.#branches.set(planned.key, { id, via, planned });
    return id;
  }

  #branchParams({ medium, target, reencode, mtu }: PlannedBranch): NativeMap {
    const format = { ...target.format, parameters: { ...target.format.parameters } };
    const params = {
      medium,
      target: { kind: target.kind, format },
      reencode,
      ...(mtu !== undefined && { mtu }),
    };
    return { ioThread: this.#settings.ioThread, ...params };
  }

  async #unlinkOthers(plan: Plan): Promise<void> {
    const wanted = new Set(plan.links.map(linkKey));
    for (const [key, link] of this.#links) {
      if (wanted.has(key)) continue;
      this.#links.delete(key);
      await this.#ignoringReleased(this.#host.link(link.sinkId, link.medium, null));
    }
  }

  async #releaseUnused(plan: Plan): Promise<void> {
    if (this.#branches.size === 0) return;
    const used = new Set(plan.links.map((link) => link.branch?.key));
    for (const [key, branch] of this.#branches) {
      if (used.has(key)) continue;
      this.#branches.delete(key);
      await this.#ignoringReleased(this.#host.release(branch.id));
    }
  }

  // What is being taken away may be gone already; that is what was wanted.
  async #ignoringReleased(work: Promise<void>): Promise<void> {
    await work.catch(() => undefined);
  }

  #forgetFailures(plan: Plan): void {
    if (this.#failed.size === 0) return;
    const wanted = new Set(plan.links.map(failureKey));
    for (const key of this.#failed) if (!wanted.has(key)) this.#failed.delete(key);
  }
}

function failureKey(link: PlannedLink): string {
  return `${linkKey(link)}|${link.branch?.key ?? link.source}`;
}

function pick({ sinkId, medium, source, via, transcodes }: PlannedLink): Omit<AppliedLink, "from"> {
  return { sinkId, medium, sourceId: source, via, transcodes };
}
