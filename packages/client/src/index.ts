export * from "./generated/core/index.js";
export * from "./generated/elements/index.js";
export * from "./generated/filters/index.js";
export { KurentoClient } from "./kurento-client.js";
export * from "./runtime/index.js";
