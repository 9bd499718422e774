import { Counter, Gauge, Registry } from "prom-client";

import type { Definition, Labelled } from "./definition.js";
import { mediaCounters, mediaGauges } from "./media-metrics.js";
import type { ThreadSample } from "./media-metrics.js";
import { processCounters, processGauges } from "./process-metrics.js";
import { sampleProcesses } from "./process-sample.js";
import type { ProcessSample } from "./process-sample.js";
import { requestHistogram } from "./request-histogram.js";
import type { RequestMeter } from "./request-meter.js";

/** Events by what became of them, since the start. */
export interface EventCounts {
  readonly sent: number;
  /** Subscribed to by a session that has no connection now. */
  readonly dropped: number;
}

/** WebSocket connections: how many there are, and since the start by what became of them. */
export interface ConnectionCounts {
  readonly connections: number;
  readonly opened: number;
  /** Without the right token. */
  readonly refused: number;
  /** Read too slowly. */
  readonly cutOff: number;
}

/** A media worker's place. */
export interface WorkerState {
  readonly index: number;
  readonly isReady: boolean;
  readonly pid: number | undefined;
  /** Workers that were started here after one had died. */
  readonly restarts: number;
}

/** Where the figures come from. They are asked for at each scrape, and cost nothing in between. */
export interface MetricSources {
  readonly version: string;
  readonly requests: RequestMeter;
  readonly events: EventCounts;
  connections(): ConnectionCounts;
  sessions(): number;
  objectsByType(): ReadonlyMap<string, number>;
  workers(): readonly WorkerState[];
  /** The I/O threads of all workers that answer. */
  threads(): Promise<readonly ThreadSample[]>;
  isReady(): boolean;
}

/** The server's figures in Prometheus' text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #sources: MetricSources;
  #samples: ReadonlyMap<string, ProcessSample> = new Map();
  #threads: readonly ThreadSample[] = [];

  constructor(sources: MetricSources) {
    this.#sources = sources;
    const samples = (): ReadonlyMap<string, ProcessSample> => this.#samples;
    const threads = (): readonly ThreadSample[] => this.#threads;
    for (const definition of [
      ...stateGauges(sources),
      ...processGauges(samples),
      ...mediaGauges(threads),
    ])
      this.#add(Gauge, definition);
    for (const definition of [
      ...eventCounters(sources),
      ...processCounters(samples),
      ...mediaCounters(threads),
    ])
      this.#add(Counter, definition);
  }

  /** Value of the HTTP header. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures, as they are now. */
  async text(): Promise<string> {
    [this.#samples, this.#threads] = await Promise.all([
      sampleProcesses(this.#sources.workers()),
      this.#sources.threads(),
    ]);
    return `${await this.#registry.metrics()}\n${requestHistogram(this.#sources.requests)}`;
  }

  #add(kind: typeof Gauge | typeof Counter, { name, help, labels = [], values }: Definition): void {
    new kind({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [at, value] of values()) this.inc(at, value);
      },
    });
  }
}

function stateGauges(sources: MetricSources): Definition[] {
  return [
    {
      name: "kms_info",
      help: "Version of the server; always 1",
      labels: ["version"],
      values: () => [[{ version: sources.version }, 1]],
    },
    {
      name: "kms_ready",
      help: "1 when new work can be taken on, as /readyz says",
      values: () => [[{}, sources.isReady() ? 1 : 0]],
    },
    {
      name: "kms_connections",
      help: "Open WebSocket connections",
      values: () => [[{}, sources.connections().connections]],
    },
    { name: "kms_sessions", help: "Sessions", values: () => [[{}, sources.sessions()]] },
    {
      name: "kms_objects",
      help: "Media objects by class",
      labels: ["type"],
      values: () => [...sources.objectsByType()].map(([type, count]) => [{ type }, count]),
    },
    {
      name: "kms_worker_up",
      help: "1 for a media worker that is connected and started",
      labels: ["worker"],
      values: () =>
        sources.workers().map(({ index, isReady }) => [{ worker: index }, isReady ? 1 : 0]),
    },
  ];
}

function eventCounters({ requests, events, connections, workers }: MetricSources): Definition[] {
  return [
    {
      name: "kms_requests_total",
      help: "Answered requests by method and error code; code 0 is success",
      labels: ["method", "code"],
      values: () =>
        requests
          .counts()
          .flatMap(([method, { codes }]) =>
            [...codes].map(([code, count]): Labelled => [{ method, code }, count]),
          ),
    },
    {
      name: "kms_request_duplicates_total",
      help: "Requests that came again and were answered from the cache",
      values: () => [[{}, requests.duplicates]],
    },
    {
      name: "kms_events_total",
      help: "Events by what became of them",
      labels: ["outcome"],
      values: () => [
        [{ outcome: "sent" }, events.sent],
        [{ outcome: "dropped" }, events.dropped],
      ],
    },
    {
      name: "kms_connections_total",
      help: "WebSocket connections by what became of them",
      labels: ["outcome"],
      values: () => {
        const { opened, refused, cutOff } = connections();
        return Object.entries({ opened, refused, cutOff }).map(([outcome, count]) => [
          { outcome },
          count,
        ]);
      },
    },
    {
      name: "kms_worker_restarts_total",
      help: "Media workers started after one had died",
      labels: ["worker"],
      values: () => workers().map(({ index, restarts }) => [{ worker: index }, restarts]),
    },
  ];
}
