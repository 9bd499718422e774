import type { Clock } from "@kms/jsonrpc";
import type { ConnectionSettings } from "./connection.js";
import { wakingClock } from "./limit.js";
import type { ProblemSink } from "./problem.js";
import type { ClientModuleSpec } from "./schema-types.js";
import { defaultWebSocketClass } from "./websocket-transport.js";
import type { WebSocketClass } from "./websocket-transport.js";

/** How a client connects and what it tells. */
export interface KurentoClientOptions {
  /** Generated specifications of modules beyond core, elements and filters. */
  readonly modules?: readonly ClientModuleSpec[];
  /** Limit for every call; 20 s unless given. */
  readonly requestTimeoutMs?: number;
  /** Limit for making a connection; 10 s unless given. */
  readonly connectTimeoutMs?: number;
  /** Pause between pings; 30 s unless given. */
  readonly pingIntervalMs?: number;
  /** Limit for a ping's answer, after which the connection is made anew; 10 s unless given. */
  readonly pingTimeoutMs?: number;
  /**
   * Pauses before attempts to connect again after a loss; the last repeats for ever. 0.5, 1, 2 and 5 s unless given;
   * an empty list makes no attempt.
   */
  readonly reconnectDelaysMs?: readonly number[];
  /** Constructor of WebSockets, for instance one with TLS options; the platform's own or that of `ws` unless given. */
  readonly WebSocket?: WebSocketClass;
  /** Time; the machine's unless given. */
  readonly clock?: Clock;
  /** The connection is lost and is being made again; calls wait meanwhile. */
  readonly onDisconnected?: (error: Error) => void;
  /** Connected again. When the session is another one, all objects and listeners of the former are gone. */
  readonly onReconnected?: (isSameSession: boolean) => void;
  /** The end of the client: closed by `close()` or, with an error, because connecting again was given up. */
  readonly onClosed?: (error?: Error) => void;
  /** What no caller hears: failed listeners and unawaited subscriptions, strange messages. Ignored unless given. */
  readonly onProblem?: ProblemSink;
}

/** The settings of a connection, with defaults where nothing is said. */
export async function connectionSettings(
  url: string,
  options: KurentoClientOptions,
): Promise<ConnectionSettings> {
  return {
    url,
    WebSocket: options.WebSocket ?? (await defaultWebSocketClass()),
    clock: options.clock ?? wakingClock,
    requestTimeoutMs: options.requestTimeoutMs ?? 20_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    keepAlive: {
      intervalMs: options.pingIntervalMs ?? 30_000,
      timeoutMs: options.pingTimeoutMs ?? 10_000,
    },
    reconnectDelaysMs: options.reconnectDelaysMs ?? [500, 1000, 2000, 5000],
  };
}
