import type { NativeHost, NativeMap } from "../native/host.js";
import type { EncoderSettings } from "./media.js";
import { stagesTo } from "./stages.js";
import type { PlannedBranch } from "./stages.js";

/** What branches need of the native host. */
export type BranchHost = Pick<NativeHost, "create" | "invoke" | "link" | "release">;

/** How branches are made. */
export interface BranchSettings {
  /** The pipeline's I/O thread. */
  readonly ioThread: number;
  /** Makes an id that no other native object has. */
  newId(): string;
  /** Hears the events of the native object with that id, from before it is made; gives what stops that. */
  listen(id: string, onEvent: (type: string, data: NativeMap) => void): () => void;
}

/** A branch that exists now. */
export interface AppliedBranch {
  readonly id: string;
  /** Native id of what feeds it. */
  readonly from: string;
  readonly planned: PlannedBranch;
}

interface LivingBranch extends AppliedBranch {
  readonly stopListening: () => void;
}

/** The branches that exist in the native host, in the order in which media goes through them. */
export class BranchSet {
  readonly #host: BranchHost;
  readonly #settings: BranchSettings;
  readonly #onError: (branchId: string, data: NativeMap) => void;
  readonly #branches = new Map<string, LivingBranch>();
  #wanted: ReadonlySet<string> = new Set();

  /** @param onError told of a branch's `error` events */
  constructor(
    host: BranchHost,
    settings: BranchSettings,
    onError: (branchId: string, data: NativeMap) => void,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#onError = onError;
  }

  all(): readonly AppliedBranch[] {
    return [...this.#branches.values()];
  }

  /** The branch, if it is there. */
  find(planned: PlannedBranch): AppliedBranch | undefined {
    return this.#branches.get(planned.key);
  }

  /** Says which branches the plan has: others may become one of these. */
  want(last: readonly PlannedBranch[]): void {
    this.#wanted = keysTo(last);
  }

  /**
   * Native id of the branch, which is made, with those before it, if there is none yet.
   * @throws what the native host threw
   */
  async idOf(planned: PlannedBranch): Promise<string> {
    const from = typeof planned.from === "string" ? planned.from : await this.idOf(planned.from);
    const found = this.#branches.get(planned.key) ?? (await this.#adopt(planned, from));
    return found?.id ?? this.#make(planned, from);
  }

  /** Releases all branches but these and those before them, the last on the media's way first. */
  async keepOnly(last: readonly PlannedBranch[]): Promise<void> {
    if (this.#branches.size === 0) return;
    const used = keysTo(last);
    for (const [key, { id, stopListening }] of [...this.#branches].reverse()) {
      if (used.has(key)) continue;
      this.#branches.delete(key);
      // It may be gone already; that is what was wanted.
      await this.#host.release(id).catch(() => undefined);
      stopListening();
    }
  }

  /** Whether media comes through the branch on its way to what `from` names. */
  isBefore(branchId: string, from: string): boolean {
    if (branchId === from) return true;
    const behind = this.all().find(({ id }) => id === from);
    return behind !== undefined && this.isBefore(branchId, behind.from);
  }

  // Where only the bitrates have changed the branch that is there goes on with the new ones.
  async #adopt(planned: PlannedBranch, from: string): Promise<AppliedBranch | undefined> {
    const old = [...this.#branches].find(
      ([key, branch]) =>
        branch.planned.kin === planned.kin && branch.from === from && !this.#wanted.has(key),
    );
    if (old === undefined) return undefined;
    const [key, branch] = old;
    const renamed = { ...branch, planned };
    this.#branches.delete(key);
    this.#branches.set(planned.key, renamed);
    if (planned.encoder !== undefined)
      await this.#host.invoke(branch.id, "configure", bitratesOf(planned.encoder));
    return renamed;
  }

  async #make(planned: PlannedBranch, from: string): Promise<string> {
    const id = this.#settings.newId();
    const stopListening = this.#settings.listen(id, (type, data) => {
      if (type === "error") this.#onError(id, data);
    });
    try {
      await this.#create(id, planned, from);
    } catch (error) {
      stopListening();
      throw error;
    }
    this.#branches.set(planned.key, { id, from, planned, stopListening });
    return id;
  }

  async #create(id: string, planned: PlannedBranch, from: string): Promise<void> {
    await this.#host.create("Branch", id, paramsOf(planned, this.#settings.ioThread));
    try {
      await this.#host.link(id, planned.medium, from);
    } catch (error) {
      await this.#host.release(id);
      throw error;
    }
  }
}

function keysTo(last: readonly PlannedBranch[]): ReadonlySet<string> {
  return new Set(last.flatMap((branch) => [...stagesTo(branch)].map(({ key }) => key)));
}

function paramsOf({ medium, target, encoder, mtu }: PlannedBranch, ioThread: number): NativeMap {
  const format = { ...target.format, parameters: { ...target.format.parameters } };
  const { framerate } = encoder ?? {};
  return {
    ioThread,
    medium,
    target: { kind: target.kind, format },
    ...(encoder !== undefined && bitratesOf(encoder)),
    ...(framerate !== undefined && { framerate: { ...framerate } }),
    ...(mtu !== undefined && { mtu }),
  };
}

function bitratesOf({ bitrate = 0, min = 0, max = 0 }: EncoderSettings): NativeMap {
  return { bitrate, minBitrate: min, maxBitrate: max };
}
