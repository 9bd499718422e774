// RTP header extensions (RFC 8285) that the router reads or writes; others are not negotiated, so nobody relies on them.
import type { HeaderExtension, LocalMedia, MediaKind } from "./types.js";

const ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
const DEPENDENCIES =
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

const SUPPORTED = new Set([ABS_SEND_TIME, TRANSPORT_CC, MID]);
const SIMULCAST = new Set([RID, REPAIRED_RID]);
/** abs-send-time has the number that Kurento's offers give it. */
const OFFERED: readonly HeaderExtension[] = [
  { id: 3, uri: ABS_SEND_TIME },
  { id: 4, uri: MID },
  { id: 5, uri: TRANSPORT_CC },
];
/** Of video, where both sides take long header extensions beside short ones. */
const OFFERED_DEPENDENCIES: HeaderExtension = { id: 6, uri: DEPENDENCIES };
const FIRST_FREE_ID = 7;
const MAX_ID = 14;

/** What decides about extensions beside the offer's list. */
export interface ExtensionUse {
  readonly simulcast: boolean;
  /** `a=extmap-allow-mixed`: dependency descriptors of keyframes are too long for one-byte headers. */
  readonly allowMixed: boolean;
}

/** The offered extensions that an answer repeats, with the offer's ids. */
export function answeredExtensions(
  offered: readonly HeaderExtension[],
  { simulcast, allowMixed }: ExtensionUse,
): HeaderExtension[] {
  const isTaken = (uri: string): boolean =>
    SUPPORTED.has(uri) || (simulcast && SIMULCAST.has(uri)) || (allowMixed && uri === DEPENDENCIES);
  return offered.filter(({ uri }) => isTaken(uri));
}

/** The extensions of an answer to our offer that are used, with the answer's ids. */
export function agreedExtensions(
  ours: readonly HeaderExtension[],
  theirs: readonly HeaderExtension[],
  allowMixed: boolean,
): HeaderExtension[] {
  const isUsed = (uri: string): boolean => allowMixed || uri !== DEPENDENCIES;
  return theirs.filter(({ uri }) => isUsed(uri) && ours.some((own) => own.uri === uri));
}

/** Whether layers of simulcast can be told apart: both sides know which packet belongs to which `a=rid`. */
export function canTellLayers(offered: readonly HeaderExtension[]): boolean {
  return offered.some(({ uri }) => uri === RID);
}

/** What decides about the extensions of a new m-line in our offer. */
export interface OfferedLine {
  readonly kind: MediaKind;
  /** Whether the offer has `a=extmap-allow-mixed`. */
  readonly allowMixed: boolean;
  /** The other m-lines of the bundle. */
  readonly others: readonly LocalMedia[];
}

/** Extensions of a new m-line. In a bundle an id means the same everywhere (RFC 8843 9.2), so ids in use are kept. */
export function offeredExtensions({ kind, allowMixed, others }: OfferedLine): HeaderExtension[] {
  const inUse = new Map(others.flatMap((line) => line.extensions).map(({ id, uri }) => [id, uri]));
  const idOf = (wanted: HeaderExtension): number | undefined => {
    const used = [...inUse].find(([, uri]) => uri === wanted.uri)?.[0];
    if (used !== undefined) return used;
    const free = [wanted.id, ...freeIds()].find((id) => !inUse.has(id));
    if (free !== undefined) inUse.set(free, wanted.uri);
    return free;
  };
  const layers = kind === "video" && allowMixed ? [OFFERED_DEPENDENCIES] : [];
  return [...OFFERED, ...layers].flatMap((wanted) => {
    const id = idOf(wanted);
    return id === undefined ? [] : [{ id, uri: wanted.uri }];
  });
}

function freeIds(): number[] {
  return Array.from({ length: MAX_ID - FIRST_FREE_ID + 1 }, (_, index) => FIRST_FREE_ID + index);
}
