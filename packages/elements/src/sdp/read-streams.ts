// The streams that an m-line announces: SSRCs, what repairs them, simulcast layers.
import type { ParsedMedia } from "./read-media.js";
import type { RemoteMedia, RtxSsrc, SimulcastLayer } from "./types.js";

const MAX_SSRCS = 64;
const MAX_LAYERS = 4;
// The second SSRC of these groups (RFC 5576 4.2, RFC 5956 4.3) only repairs what the first one carries.
const REPAIR_GROUPS = new Set(["FID", "FEC", "FEC-FR"]);

type Streams = Pick<RemoteMedia, "ssrcs" | "rtxSsrcs" | "trackCount">;

/** SSRCs of an m-line; what follows the first {@link MAX_SSRCS} is found by its first packets instead. */
export function readSsrcs(media: ParsedMedia): Streams {
  const groups = (media.ssrcGroups ?? []).map(({ semantics, ssrcs }) => ({
    semantics,
    ssrcs: String(ssrcs).split(" ").map(Number).filter(isSsrc),
  }));
  const repairs = new Set(
    groups
      .filter(({ semantics }) => REPAIR_GROUPS.has(semantics))
      .flatMap(({ ssrcs }) => ssrcs.slice(1)),
  );
  const all = new Set((media.ssrcs ?? []).map(({ id }) => Number(id)).filter(isSsrc));
  const ssrcs = [...all].filter((ssrc) => !repairs.has(ssrc)).slice(0, MAX_SSRCS);
  const rtxSsrcs = groups
    .filter(({ semantics }) => semantics === "FID")
    .flatMap(({ ssrcs: [ssrc, rtx] }): RtxSsrc[] =>
      ssrc !== undefined && rtx !== undefined ? [{ ssrc, rtx }] : [],
    );
  return { ssrcs, rtxSsrcs: rtxSsrcs.slice(0, MAX_SSRCS), trackCount: countTracks(media, ssrcs) };
}

function isSsrc(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0xffff_ffff;
}

function countTracks(media: ParsedMedia, ssrcs: readonly number[]): number {
  const primary = new Set(ssrcs);
  const tracks = (media.ssrcs ?? [])
    .filter(({ id, attribute }) => attribute === "msid" && primary.has(Number(id)))
    .map(({ value }) => String(value));
  return new Set(tracks).size;
}

/**
 * The layers that the other side sends (RFC 8853 5.1): of alternatives the first. Layers without an `a=rid` line, or
 * beyond {@link MAX_LAYERS}, are left out.
 */
export function readSimulcast(media: ParsedMedia): SimulcastLayer[] {
  const { dir1, list1, dir2, list2 } = media.simulcast ?? {};
  const list = dir1 === "send" ? list1 : dir2 === "send" ? list2 : undefined;
  const rids = new Map(
    (media.rids ?? [])
      .filter(({ direction }) => direction === "send")
      .map(({ id, params }) => [String(id), params]),
  );
  const wanted = String(list ?? "")
    .split(";")
    .map((alternatives) => alternatives.split(",")[0] ?? "");
  const layers = new Map<string, SimulcastLayer>();
  for (const text of wanted) {
    const rid = text.replace(/^~/, "");
    if (!rids.has(rid) || layers.has(rid)) continue;
    layers.set(rid, { rid, isPaused: text !== rid, restrictions: rids.get(rid) });
  }
  return [...layers.values()].slice(0, MAX_LAYERS);
}
