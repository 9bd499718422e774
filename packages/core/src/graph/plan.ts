import { compatibleFormat } from "./formats.js";
import type { AcceptedStream, MediaNode, Medium, OfferedStream } from "./media.js";
import { lastStage } from "./stages.js";
import type { BranchTarget, PlannedBranch } from "./stages.js";
import type { DesiredLink, Topology } from "./topology.js";

/** How one sink gets one medium: straight from `source`, or through `branch` and those before it. */
export interface PlannedLink {
  /** Tells links apart: a native sink has one for each medium. */
  readonly key: string;
  readonly sink: MediaNode;
  readonly sinkId: string;
  readonly medium: Medium;
  /** The element the user connected; the effective source may lie further upstream. */
  readonly via: MediaNode;
  readonly source: string;
  readonly branch: PlannedBranch | undefined;
  /** True when the codec changes on the way. */
  readonly transcodes: boolean;
}

/** Media that passes through a transparent element. */
export interface ThroughFlow {
  readonly node: MediaNode;
  readonly medium: Medium;
  readonly flowing: boolean;
}

/** Everything that should be linked now. */
export interface Plan {
  readonly links: readonly PlannedLink[];
  readonly flows: readonly ThroughFlow[];
}

/** Links as they were planned before, so that of hundreds only those are looked at that may have changed. */
export class KnownLinks {
  // By the element of the sink.
  readonly #links = new Map<MediaNode, Map<MediaNode, Map<Medium, PlannedLink | undefined>>>();

  /** What was planned for a sink, or `plan`s it. */
  getOrPlan(
    { sink, medium }: DesiredLink,
    plan: () => PlannedLink | undefined,
  ): PlannedLink | undefined {
    const sinks = getOrAdd(this.#links, sink.owner);
    const links = getOrAdd(sinks, sink);
    if (!links.has(medium)) links.set(medium, plan());
    return links.get(medium);
  }

  /** Forgets the links to an element. */
  forget(owner: MediaNode): void {
    this.#links.delete(owner);
  }

  clear(): void {
    this.#links.clear();
  }
}

function getOrAdd<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = new Map<L, V>();
  map.set(key, made);
  return made;
}

/** Whether the viewer of a link, by its key, would hold back the others of its encoder. */
export type IsSlow = (key: string) => boolean;

/** Derives the plan from what was asked for and what the elements say; changes nothing but what is `known`. */
export function computePlan(topology: Topology, known: KnownLinks, isSlow: IsSlow): Plan {
  // A stream that is a sink under two names gets what was connected last.
  const links = new Map<string, PlannedLink>();
  const flows: ThroughFlow[] = [];
  for (const link of topology.links()) {
    if (link.sink.through(link.medium)) flows.push(throughFlow(topology, link));
    else
      add(
        links,
        known.getOrPlan(link, () => planLink(topology, link, isSlow)),
      );
  }
  return { links: [...links.values()], flows };
}

function add(links: Map<string, PlannedLink>, link: PlannedLink | undefined): void {
  if (link !== undefined) links.set(link.key, link);
}

function throughFlow(topology: Topology, { sink, medium, source }: DesiredLink): ThroughFlow {
  const effective = topology.effectiveSource(source, medium);
  return { node: sink, medium, flowing: effective?.node.isOwnSourceFlowing(medium) ?? false };
}

function planLink(
  topology: Topology,
  { sink, medium, source: via }: DesiredLink,
  isSlow: IsSlow,
): PlannedLink | undefined {
  const effective = topology.effectiveSource(via, medium);
  const source = effective?.node.nativeIdOf(medium);
  const offered = effective?.node.sourceFormat(medium);
  const accepted = sink.accepts(medium);
  const sinkId = sink.nativeIdOf(medium);
  if (
    source === undefined ||
    offered === undefined ||
    accepted === undefined ||
    sinkId === undefined
  )
    return undefined;
  const target = chooseTarget(offered, accepted, effective?.codec);
  if (target === undefined) return undefined;
  const link = { key: `${medium}|${sinkId}`, sink, sinkId, medium, via, source };
  if (target === "route") return { ...link, branch: undefined, transcodes: false };
  const isSameCodec = target.format.codec === offered.format.codec;
  const reencode = isSameCodec && mustReencode(offered, accepted);
  const { mtu } = accepted;
  const encoder = via.encoderSettings(medium);
  const conversion = { source, medium, offered, target, reencode, encoder, mtu };
  const branch = lastStage({ ...conversion, isSlow: isSlow(link.key) });
  return { ...link, branch, transcodes: reencode || !isSameCodec };
}

// Viewers of packets join at keyframes: where none comes on request they would wait for the next one.
function mustReencode(offered: OfferedStream, accepted: AcceptedStream): boolean {
  if (compatibleFormat(offered.format, accepted) === undefined) return true;
  return accepted.kind === "rtp" && offered.makesKeyframes === false;
}

/**
 * Route when the sink takes the stream as it is and no demand on the way excludes it; else a branch, to the demanded
 * codec if the sink takes that, to the same codec if only the kind differs, to the sink's first format otherwise.
 */
function chooseTarget(
  offered: OfferedStream,
  accepted: AcceptedStream,
  demanded: string | undefined,
): BranchTarget | "route" | undefined {
  const [first] = accepted.formats;
  if (first === undefined) return undefined;
  const { kind } = accepted;
  const demandedFormat = accepted.formats.find((format) => format.codec === demanded);
  if (demandedFormat !== undefined && demanded !== offered.format.codec)
    return { kind, format: demandedFormat };
  const same = compatibleFormat(offered.format, accepted);
  if (same === undefined) return { kind, format: first };
  return offered.kind === kind ? "route" : { kind, format: same };
}
