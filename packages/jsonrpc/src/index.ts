export { ResponseCache } from "./cache/response-cache.js";
export type { ResponseCacheOptions } from "./cache/response-cache.js";
export { ManualClock, systemClock } from "./clock.js";
export type { Clock } from "./clock.js";
export { parseJson, stringifyJson } from "./codec/json.js";
export type { JsonObject, JsonValue } from "./codec/json.js";
export { classifyMessage, isJsonObject, parseMessage } from "./codec/parse.js";
export type {
  RequestId,
  RpcFailure,
  RpcInvalid,
  RpcMessage,
  RpcNotification,
  RpcParams,
  RpcRequest,
  RpcResult,
} from "./codec/parse.js";
export {
  serializeError,
  serializeNotification,
  serializeRequest,
  serializeResult,
} from "./codec/serialize.js";
export {
  internalError,
  invalidParams,
  invalidRequest,
  isRpcError,
  methodNotFound,
  parseError,
  RpcError,
  RpcErrorCode,
  toRpcError,
} from "./errors.js";
export { Peer } from "./peer/peer.js";
export type { CallContext, Handler, PeerOptions, PeerProblem } from "./peer/peer.js";
export type { RequestOptions } from "./peer/pending-requests.js";
export { defaultMaxFrameBytes, encodeFrame, FrameDecoder, FrameError } from "./transport/frame.js";
export { FramedTransport } from "./transport/framed-transport.js";
export type { FramedTransportOptions } from "./transport/framed-transport.js";
export { memoryTransportPair } from "./transport/memory-transport.js";
export { TransportEnds } from "./transport/transport.js";
export type { Transport } from "./transport/transport.js";
