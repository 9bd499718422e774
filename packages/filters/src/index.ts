export * from "./generated/index.js";
export { GStreamerFilter } from "./objects/g-streamer-filter.js";
