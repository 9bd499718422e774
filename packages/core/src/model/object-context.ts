import type { Clock } from "@kms/jsonrpc";

import type { NativeHost, NativeMap } from "../native/host.js";
import type { MediaObject } from "../objects/media-object.js";
import type { MediaPipeline } from "../objects/media-pipeline.js";
import type { Logger } from "./logger.js";
import type { ModuleConfig } from "./module-config.js";
import type { JsonValue } from "./schema-types.js";
import type { TypeRegistry } from "./type-registry.js";

/** Monotonic time and timers, and the time of day that events carry. */
export interface ObjectClock extends Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  wallTimeMs(): number;
}

/** What any remote object is given, in the gateway as in a worker. */
export interface RemoteContext {
  readonly id: string;
  readonly parent: MediaObject | undefined;
  readonly registry: TypeRegistry;
  readonly clock: ObjectClock;
  readonly log: Logger;
  /** Sends an encoded event towards the subscribers. */
  readonly emit: (type: string, data: JsonValue) => void;
  /** Whether somebody has ever subscribed to these events; others need not be made. Absent: to all. */
  readonly isWanted?: (type: string) => boolean;
}

/** Hands events of native objects to whoever made them. */
export interface NativeEvents {
  /**
   * Starts listening; to be called before the native object is created, as its first events follow at once.
   * @returns stops listening
   */
  listen(nativeId: string, listener: (type: string, data: NativeMap) => void): () => void;
}

/** What all objects of one worker share. */
export interface WorkerServices {
  readonly host: NativeHost;
  readonly nativeEvents: NativeEvents;
  readonly config: ModuleConfig;
  readonly registry: TypeRegistry;
  readonly clock: ObjectClock;
  readonly log: Logger;
  /** I/O thread for a new pipeline: the one with the fewest pipelines. */
  assignIoThread(): IoThreadLease;
  /** I/O thread for a new endpoint: its pipeline's, `home`, while that has not many more endpoints than another. */
  assignEndpointThread(home: number): IoThreadLease;
}

/** A pipeline's or endpoint's share of an I/O thread. */
export interface IoThreadLease {
  readonly index: number;
  /** Gives the share back; calling it again does nothing. */
  end(): void;
}

/** What an object of a worker is given. */
export interface ObjectContext extends RemoteContext, WorkerServices {
  /** `undefined` for the pipeline itself. */
  readonly pipeline: MediaPipeline | undefined;
}
