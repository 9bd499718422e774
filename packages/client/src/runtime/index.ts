export { ClientRuntime } from "./client.js";
export type { CloseOptions } from "./client.js";
export { connectionSettings } from "./client-options.js";
export type { KurentoClientOptions } from "./client-options.js";
export type { ConnectionSettings } from "./connection.js";
export { ClientErrorCode, isKurentoError, KurentoError } from "./errors.js";
export { EventStream } from "./event-stream.js";
export type { ClientProblem, ProblemSink } from "./problem.js";
export { RemoteObject } from "./remote-object.js";
export type { RemoteListener, RemoteSession } from "./remote-object.js";
export type {
  AnyRemoteClass,
  ClientClassSpec,
  ClientModuleSpec,
  CreateArguments,
  EnumSpec,
  EventSpec,
  ParamSpec,
  ParamsOf,
  PrimitiveName,
  RegisterSpec,
  RemoteClass,
  TypeRef,
} from "./schema-types.js";
export { Transaction } from "./transaction.js";
export type { TransactionHost } from "./transaction.js";
export type { WebSocketClass, WebSocketLike } from "./websocket-transport.js";
