import { compatibleFormat, formatKey } from "./formats.js";
import type {
  AcceptedStream,
  Format,
  MediaNode,
  Medium,
  OfferedStream,
  StreamKind,
} from "./media.js";
import type { DesiredLink, Topology } from "./topology.js";

/** What a branch turns its source into. */
export interface BranchTarget {
  readonly kind: StreamKind;
  readonly format: Format;
}

/** A converter that the plan needs: shared by all sinks with the same key. */
export interface PlannedBranch {
  readonly key: string;
  readonly medium: Medium;
  /** Native id of what feeds it. */
  readonly source: string;
  readonly target: BranchTarget;
  /** True when media must be encoded anew although the codec stays: its parameters do not fit. */
  readonly reencode: boolean;
  /** Largest RTP packet that it makes; undefined: its own choice, and for frames. */
  readonly mtu: number | undefined;
}

/** How one sink gets one medium: straight from `source`, or through `branch`. */
export interface PlannedLink {
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

/** Derives the plan from what was asked for and what the elements say. Pure: changes nothing. */
export function computePlan(topology: Topology): Plan {
  // A stream that is a sink under two names gets what was connected last.
  const links = new Map<string, PlannedLink>();
  const flows: ThroughFlow[] = [];
  for (const link of topology.links()) {
    if (link.sink.through(link.medium)) flows.push(throughFlow(topology, link));
    else add(links, planLink(topology, link));
  }
  return { links: [...links.values()], flows };
}

function add(links: Map<string, PlannedLink>, link: PlannedLink | undefined): void {
  if (link !== undefined) links.set(linkKey(link), link);
}

/** Tells links apart: a native sink has one for each medium. */
export function linkKey({ medium, sinkId }: PlannedLink): string {
  return `${medium}|${sinkId}`;
}

function throughFlow(topology: Topology, { sink, medium, source }: DesiredLink): ThroughFlow {
  const effective = topology.effectiveSource(source, medium);
  return { node: sink, medium, flowing: effective?.node.isOwnSourceFlowing(medium) ?? false };
}

function planLink(
  topology: Topology,
  { sink, medium, source: via }: DesiredLink,
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
  const link = { sink, sinkId, medium, via, source };
  if (target === "route") return { ...link, branch: undefined, transcodes: false };
  const isSameCodec = target.format.codec === offered.format.codec;
  const reencode = isSameCodec && compatibleFormat(offered.format, accepted) === undefined;
  const mtu = target.kind === "rtp" ? accepted.mtu : undefined;
  const key = `${branchKey(source, medium, offered, target)}|${mtu ?? ""}`;
  const branch = { key, medium, source, target, reencode, mtu };
  return { ...link, branch, transcodes: reencode || !isSameCodec };
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

// The source's own format is part of the key: when it changes, a fresh branch takes over from the old one.
function branchKey(
  source: string,
  medium: Medium,
  offered: OfferedStream,
  target: BranchTarget,
): string {
  return [
    source,
    medium,
    offered.kind,
    formatKey(offered.format),
    target.kind,
    formatKey(target.format),
  ].join("|");
}
