// What the tests of the planner share: elements, formats, and a planner on a host that notes calls.
import type { AcceptedStream, Format, MediaNode, OfferedStream } from "../graph/media.js";
import { Planner } from "../graph/planner.js";
import type { NativeMap } from "../native/host.js";
import { FakeNativeHost } from "./fake-native-host.js";

export const vp8: Format = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };
export const vp9: Format = { codec: "VP9", clockRate: 90000, channels: 0, parameters: {} };
export const h264: Format = {
  codec: "H264",
  clockRate: 90000,
  channels: 0,
  parameters: { "packetization-mode": "1" },
};
export const raw: Format = { codec: "RAW", clockRate: 0, channels: 0, parameters: {} };

export const plainH264: Format = { ...h264, parameters: {} };

export const rtp = (format: Format): OfferedStream => ({ kind: "rtp", format });
export const takes = (...formats: Format[]): AcceptedStream => ({ kind: "rtp", formats });

/** Calls that make `count` branches in a row, from number `first` on. */
export function steps(first: number, source: string, count: number): string[] {
  const ids = Array.from({ length: count }, (_, i) => `branch-${first + i}`);
  return ids.flatMap((id, i) => [
    `create Branch ${id}`,
    `link ${id} video <- ${ids[i - 1] ?? source}`,
  ]);
}

/** Calls that release branches, from number `last` down to `first`. */
export function released(last: number, first: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `release branch-${last - i}`);
}

export function setUp(): {
  host: FakeNativeHost;
  planner: Planner;
  video: (sink: MediaNode, source: MediaNode) => Promise<string[]>;
} {
  const listeners = new Map<string, (type: string, data: NativeMap) => void>();
  const host = new FakeNativeHost((id, type, data) => listeners.get(id)?.(type, data));
  let branches = 0;
  const settings = {
    ioThread: 3,
    newId: () => `branch-${(branches += 1)}`,
    listen: (id: string, onEvent: (type: string, data: NativeMap) => void) => {
      listeners.set(id, onEvent);
      return () => void listeners.delete(id);
    },
  };
  const planner = new Planner(host, settings, (error) => {
    throw error;
  });
  const video = async (sink: MediaNode, source: MediaNode): Promise<string[]> => {
    planner.connect({ sink, medium: "video", source });
    await planner.settled();
    return host.takeCalls();
  };
  return { host, planner, video };
}
