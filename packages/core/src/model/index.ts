export { decodeConstructorParams, decodeParams } from "./decode.js";
export { findOperation, hasEvent, invokeOperation } from "./dispatch.js";
export { asRegister, encodeEvent, encodeValue } from "./encode.js";
export {
  errorTypeOf,
  isKurentoError,
  KurentoError,
  KurentoErrorCode,
  objectNotFound,
  UNDEFINED_ERROR_TYPE,
} from "./errors.js";
export type { KurentoErrorName } from "./errors.js";
export { severities, silentLogger } from "./logger.js";
export type { LogFields, Logger, Severity } from "./logger.js";
export type * from "./manifest-types.js";
export { ModuleConfig } from "./module-config.js";
export type { ConfigTree } from "./module-config.js";
export type {
  IoThreadLease,
  NativeEvents,
  ObjectClock,
  ObjectContext,
  RemoteContext,
  WorkerServices,
} from "./object-context.js";
export { RemoteObject } from "./remote-object.js";
export type * from "./schema-types.js";
export type { MediaObjectClass, ServerModule } from "./server-module.js";
export { TypeRegistry } from "./type-registry.js";
