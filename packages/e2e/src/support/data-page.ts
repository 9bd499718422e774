// What runs in the page: data channels of the peer connection of peer-page.ts. Functions are sent there as text, so none
// uses anything around it.
import type { PeerWindow } from "./peer-page.js";

/** A channel that the page opens. */
export interface ChannelWish {
  readonly label: string;
  readonly options?: RTCDataChannelInit;
}

/** A message in few words: kind, length in bytes or UTF-16 units, and a checksum (FNV-1a). */
export interface Digest {
  readonly isText: boolean;
  readonly length: number;
  readonly checksum: number;
}

interface DataState {
  channels: Record<string, RTCDataChannel>;
  received: Record<string, Digest[]>;
  digest(data: string | ArrayBuffer): Digest;
  /** Message number `index` of a run of mixed sizes and kinds. */
  compose(index: number, largest: number): string | Uint8Array<ArrayBuffer>;
}

export type DataWindow = PeerWindow & { kmsData: DataState };

/** Opens channels, and keeps those that the server opens; what comes in is noted as digests. */
export function openChannels(wishes: readonly ChannelWish[]): void {
  const scope = globalThis as DataWindow;
  const { peer } = scope.kmsPeer;
  const digest = (data: string | ArrayBuffer): Digest => {
    const isText = typeof data === "string";
    const bytes = isText ? new TextEncoder().encode(data) : new Uint8Array(data);
    let checksum = 0x811c9dc5;
    for (const byte of bytes) checksum = Math.imul(checksum ^ byte, 0x01000193) >>> 0;
    return { isText, length: isText ? data.length : data.byteLength, checksum };
  };
  const compose = (index: number, largest: number): string | Uint8Array<ArrayBuffer> => {
    const size = (index * 2749 * (index % 7)) % (largest + 1);
    if (index % 3 === 0) return `${index}:`.padEnd(size, "ä€x").slice(0, size);
    return Uint8Array.from({ length: size }, (_, place) => (index + place * 31) % 256);
  };
  scope.kmsData = { channels: {}, received: {}, digest, compose };
  const keep = (channel: RTCDataChannel): void => {
    const received: Digest[] = [];
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }): void => {
      received.push(digest(data));
    };
    scope.kmsData.channels[channel.label] = channel;
    scope.kmsData.received[channel.label] = received;
  };
  peer.ondatachannel = ({ channel }): void => keep(channel);
  for (const { label, options } of wishes) keep(peer.createDataChannel(label, options));
}

/** Whether the channel of that label is there and in that state. */
export function isInState(wanted: { label: string; state: string }): boolean {
  const { channels } = (globalThis as DataWindow).kmsData;
  return channels[wanted.label]?.readyState === wanted.state;
}

/** What the page knows of a channel. */
export function describeChannel(label: string): {
  id: number | null;
  ordered: boolean;
  maxPacketLifeTime: number | null;
  maxRetransmits: number | null;
  protocol: string;
} {
  const channel = (globalThis as DataWindow).kmsData.channels[label];
  if (!channel) throw new Error(`no channel ${label}`);
  const { id, ordered, maxPacketLifeTime, maxRetransmits, protocol } = channel;
  return { id, ordered, maxPacketLifeTime, maxRetransmits, protocol };
}

/**
 * Sends messages of mixed sizes and kinds, at most 256 KiB ahead of what has left.
 * @returns their digests
 */
export async function sendMixed(run: {
  label: string;
  count: number;
  largest: number;
}): Promise<Digest[]> {
  const { channels, digest, compose } = (globalThis as DataWindow).kmsData;
  const channel = channels[run.label];
  if (!channel) throw new Error(`no channel ${run.label}`);
  const ahead = 262_144;
  channel.bufferedAmountLowThreshold = ahead / 2;
  const sent: Digest[] = [];
  for (let index = 0; index < run.count; index++) {
    const message = compose(index, run.largest);
    if (channel.bufferedAmount > ahead) {
      await new Promise((resolve) => (channel.onbufferedamountlow = resolve));
    }
    if (typeof message === "string") channel.send(message);
    else channel.send(message);
    sent.push(digest(typeof message === "string" ? message : message.buffer));
  }
  return sent;
}

/** Whether that many messages have come over a channel. */
export function hasReceived(wanted: { label: string; count: number }): boolean {
  const { received } = (globalThis as DataWindow).kmsData;
  return (received[wanted.label]?.length ?? 0) >= wanted.count;
}

/** Takes the digests of what has come over a channel. */
export function takeReceived(label: string): Digest[] {
  return (globalThis as DataWindow).kmsData.received[label]?.splice(0) ?? [];
}

export function closeChannel(label: string): void {
  (globalThis as DataWindow).kmsData.channels[label]?.close();
}
