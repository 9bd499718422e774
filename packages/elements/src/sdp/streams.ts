// The streams of an endpoint that its m-lines carry: which number, which SSRCs.
import type { Codec, LocalMedia, LocalTransport, MediaKind } from "./types.js";

/** Whether any of the codecs has a retransmission format. */
export function hasRtx(codecs: readonly Codec[]): boolean {
  return codecs.some(({ rtx }) => rtx !== undefined);
}

/** The least number that is not in use. */
export function leastFree(inUse: ReadonlySet<number | undefined>): number {
  let number = 0;
  while (inUse.has(number)) number += 1;
  return number;
}

/** What a stream is sent under. */
export function streamSsrcs(
  { ssrc, rtxSsrc }: LocalTransport,
  kind: MediaKind,
  stream: number,
  codecs: readonly Codec[],
): Pick<LocalMedia, "ssrc" | "rtxSsrc"> {
  return {
    ssrc: ssrc[kind][stream],
    rtxSsrc: hasRtx(codecs) ? rtxSsrc?.[kind][stream] : undefined,
  };
}
