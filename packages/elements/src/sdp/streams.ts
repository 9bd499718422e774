// The streams of an endpoint that its m-lines carry: which number, on which transport, under which SSRCs.
import type { Codec, LocalMedia, LocalTransport, MediaKind } from "./types.js";

/** Where an accepted m-line has its media; data has a transport only. */
export interface Place {
  readonly transport: number;
  readonly stream: number | undefined;
}

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

/** What a transport calls a stream: the first one has all streams, the others carry one m-line each. */
export function numberIn(transport: number, stream: number): number {
  return transport === 0 ? stream : 0;
}

/** What a stream is sent under. */
export function streamSsrcs(
  transports: readonly LocalTransport[],
  kind: MediaKind,
  { transport, stream = 0 }: Place,
  codecs: readonly Codec[],
): Pick<LocalMedia, "ssrc" | "rtxSsrc"> {
  const { ssrc, rtxSsrc } = transports[transport] ?? {};
  const number = numberIn(transport, stream);
  return {
    ssrc: ssrc?.[kind][number],
    rtxSsrc: hasRtx(codecs) ? rtxSsrc?.[kind][number] : undefined,
  };
}
