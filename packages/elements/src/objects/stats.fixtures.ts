// What native code says of a stream, for tests of statistics.
import type { NativeMap } from "@kms/core";

/** A stream of which nothing has been counted yet; tests give the rest, and what they are about. */
export const IDLE_STREAM = {
  packets: 0,
  bytes: 0,
  packetsLost: 0,
  fractionLost: 0,
  jitter: 0,
  roundTripTime: 0,
  nackCount: 0,
  pliCount: 0,
  firCount: 0,
  remb: 0,
  targetBitrate: 0,
} satisfies NativeMap;
