import type { Plan, PlannedLink } from "./plan.js";
import { SlowViewers } from "./slow-viewers.js";
import type { ViewerRoom } from "./slow-viewers.js";
import { stagesTo } from "./stages.js";

const INTERVAL_MS = 1000;

/** A link whose viewer shares an encoder. */
interface Shared {
  readonly link: PlannedLink;
  readonly family: string;
}

/** Asks the viewers of shared video encoders once a second what they can take, as long as there are such. */
export class SlowViewerWatch {
  readonly #slow = new SlowViewers();
  readonly #onChange: () => void;
  #shared: readonly Shared[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange called when a viewer has become slow, or is so no more */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  isSlow(link: string): boolean {
    return this.#slow.has(link);
  }

  /** To be called with each plan. */
  follow(plan: Plan): void {
    this.#shared = sharedOf(plan);
    if (this.#shared.length > 0) {
      this.#timer ??= setInterval(() => void this.#look(), INTERVAL_MS).unref();
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#slow.update([], performance.now());
  }

  async #look(): Promise<void> {
    const viewers = await Promise.all(this.#shared.map(viewerOf));
    if (this.#timer !== undefined && this.#slow.update(viewers, performance.now()))
      this.#onChange();
  }
}

async function viewerOf({ link, family }: Shared): Promise<ViewerRoom> {
  // An element that goes has no room that matters.
  const room = await link.sink.room?.(link.medium).catch(() => undefined);
  return { link: link.key, family, room };
}

function sharedOf({ links }: Plan): Shared[] {
  const all: Shared[] = [];
  for (const link of links) {
    const { branch, medium, sink } = link;
    if (branch === undefined || medium !== "video" || sink.room === undefined) continue;
    const encoder = [...stagesTo(branch)].find((stage) => stage.encoder !== undefined);
    if (encoder !== undefined) all.push({ link, family: encoder.family });
  }
  const counts = new Map<string, number>();
  for (const { family } of all) counts.set(family, (counts.get(family) ?? 0) + 1);
  return all.filter(({ family }) => (counts.get(family) ?? 0) > 1);
}
