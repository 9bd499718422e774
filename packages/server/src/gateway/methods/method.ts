import type { Logger } from "@kms/core";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import type { Subscriptions } from "../events/subscriptions.js";
import type { Catalog } from "../modules/catalog.js";
import type { ObjectRecord } from "../registry/object-record.js";
import type { ObjectService } from "../registry/object-service.js";
import type { Registry } from "../registry/registry.js";
import type { Sessions } from "../sessions/sessions.js";
import type { MethodParams } from "./method-params.js";

/** What the methods work on. */
export interface MethodState {
  readonly serverId: string;
  readonly catalog: Catalog;
  readonly registry: Registry;
  readonly sessions: Sessions;
  readonly subscriptions: Subscriptions;
  readonly objects: ObjectService;
  readonly manager: ManagerCalls;
  readonly log: Logger;
  /** @throws KurentoError 40009 when the server should not take on more */
  checkResources(): Promise<void>;
}

/** The object that lives in the gateway. */
export interface ManagerCalls {
  readonly record: ObjectRecord;
  invoke(operation: string, operationParams: JsonValue | undefined): Promise<JsonValue>;
  objectCreated(id: string): void;
}

/** One call of one method. */
export interface MethodCall {
  readonly params: MethodParams;
  readonly state: MethodState;
  /** Calls of the same connection that the worker does before this one. */
  readonly ahead: number;
  /** Something to do once the response is on its way. */
  afterResponse(action: () => void): void;
  /** Runs another method as part of this one; its failure is thrown. */
  execute(method: string, params: JsonObject): Promise<JsonValue>;
}

/**
 * Answers a call: the result, or null for none.
 * @throws KurentoError, RpcError what becomes the error response
 */
export type Method = (call: MethodCall) => Promise<JsonObject | null>;
