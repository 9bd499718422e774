export * from "./generated/index.js";
export { compatibleFormat, formatKey, isCompatible, sameStream } from "./graph/formats.js";
export type {
  AcceptedStream,
  EncoderSettings,
  Format,
  MediaNode,
  MediaOrigin,
  Medium,
  OfferedStream,
  StreamKind,
} from "./graph/media.js";
export { dataFormat, media, rawFormat } from "./graph/media.js";
export { Planner } from "./graph/planner.js";
export * from "./model/index.js";
export type { HostOptions, NativeHost, NativeMap, NativeValue } from "./native/host.js";
export { nativeLibrary } from "./native/library.js";
export { BaseRtpEndpoint } from "./objects/base-rtp-endpoint.js";
export { Endpoint } from "./objects/endpoint.js";
export { Filter } from "./objects/filter.js";
export type {
  ElementProperties,
  FilterElement,
  FilterElementOptions,
} from "./objects/filter-element.js";
export { Hub } from "./objects/hub.js";
export type { NativePort } from "./objects/hub.js";
export { HubPort } from "./objects/hub-port.js";
export { MediaElement } from "./objects/media-element.js";
export { NativeObject } from "./objects/native-object.js";
export type { NativeEventHandler } from "./objects/native-object.js";
export { MediaObject } from "./objects/media-object.js";
export { MediaPipeline } from "./objects/media-pipeline.js";
export { toKurentoError } from "./objects/native-errors.js";
export {
  flagField,
  formatOf,
  isNativeMap,
  listField,
  mapField,
  mediumField,
  numberField,
  offeredStreamOf,
  textField,
} from "./objects/native-fields.js";
export { PassThrough } from "./objects/pass-through.js";
export { SdpEndpoint } from "./objects/sdp-endpoint.js";
export { SessionEndpoint } from "./objects/session-endpoint.js";
export { UriEndpoint } from "./objects/uri-endpoint.js";
