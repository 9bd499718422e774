export * from "./generated/index.js";
export { GStreamerFilter } from "./objects/gstreamer-filter.js";
