import type { Definition, Labelled } from "./definition.js";

/** Counters of one I/O thread of a worker; the names are native code's. */
export interface ThreadSample {
  readonly worker: number;
  readonly thread: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Packets by the reason for which they were dropped. */
  readonly dropped: Readonly<Record<string, number>>;
  /** SCTP packets and messages of data channels, the same. */
  readonly dataDropped: Readonly<Record<string, number>>;
}

type Threads = () => readonly ThreadSample[];

const totals: readonly (readonly [name: string, counter: string, help: string])[] = [
  ["received_packets", "received", "Datagrams received"],
  ["received_bytes", "receivedBytes", "Bytes of datagrams received"],
  ["sent_packets", "sent", "Datagrams sent"],
  ["sent_bytes", "sentBytes", "Bytes of datagrams sent"],
  ["sends", "sendMessages", "Datagrams and UDP_SEGMENT aggregates given to the kernel"],
  ["gso_sends", "gsoSends", "UDP_SEGMENT aggregates given to the kernel"],
  ["gso_segments", "gsoSegments", "Datagrams in UDP_SEGMENT aggregates"],
  ["mirrored_packets", "mirrored", "Packets lent to viewers on other I/O threads"],
];

const gauges: readonly (readonly [name: string, counter: string, help: string])[] = [
  ["transports", "transports", "Transports of endpoints"],
  ["packets_in_use", "packetsInUse", "Packet buffers in use"],
  ["packets_allocated", "packetsAllocated", "Packet buffers allocated"],
];

/** What the I/O threads of the workers have done since they started. */
export function mediaCounters(threads: Threads): Definition[] {
  return [
    ...totals.map(([name, counter, help]) => definition(threads, `${name}_total`, counter, help)),
    {
      name: "kms_media_dropped_packets_total",
      help: "Packets that were dropped, by reason",
      labels: ["worker", "thread", "reason"],
      values: () => threads().flatMap((sample) => byReason(sample, sample.dropped)),
    },
    {
      name: "kms_data_dropped_total",
      help: "SCTP packets and messages of data channels that were dropped, by reason",
      labels: ["worker", "thread", "reason"],
      values: () => threads().flatMap((sample) => byReason(sample, sample.dataDropped)),
    },
  ];
}

/** What they hold now. */
export function mediaGauges(threads: Threads): Definition[] {
  return gauges.map(([name, counter, help]) => definition(threads, name, counter, help));
}

function definition(threads: Threads, name: string, counter: string, help: string): Definition {
  return {
    name: `kms_media_${name}`,
    help,
    labels: ["worker", "thread"],
    values: () =>
      threads().map(({ worker, thread, counters }) => [{ worker, thread }, counters[counter] ?? 0]),
  };
}

function byReason({ worker, thread }: ThreadSample, counts: ThreadSample["dropped"]): Labelled[] {
  return Object.entries(counts).map(([reason, count]) => [{ worker, thread, reason }, count]);
}

/**
 * Reads what a worker answers to `counters`; what is not of that form is left out.
 * @param answer a list with one map for each I/O thread
 */
export function threadSamples(worker: number, answer: unknown): ThreadSample[] {
  if (!Array.isArray(answer)) return [];
  return answer.filter(isRecord).map((counters, thread) => {
    const { dropped, dataDropped } = counters;
    return {
      worker,
      thread,
      counters: numbersOf(counters),
      dropped: numbersIn(dropped),
      dataDropped: numbersIn(dataDropped),
    };
  });
}

function numbersIn(value: unknown): Record<string, number> {
  return isRecord(value) ? numbersOf(value) : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numbersOf(record: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(record).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  return Object.fromEntries(numbers);
}
