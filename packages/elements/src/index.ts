export * from "./generated/index.js";
export { Dispatcher } from "./objects/dispatcher.js";
export { DispatcherOneToMany } from "./objects/dispatcher-one-to-many.js";
export { HttpEndpoint } from "./objects/http-endpoint.js";
export { PlayerEndpoint } from "./objects/player-endpoint.js";
export { RecorderEndpoint } from "./objects/recorder-endpoint.js";
export { RtpEndpoint } from "./objects/rtp-endpoint.js";
export { WebRtcEndpoint } from "./objects/web-rtc-endpoint.js";
