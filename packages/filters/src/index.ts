export * from "./generated/index.js";
export { GStreamerFilter } from "./objects/gstreamer-filter.js";
export { OpenCVFilter } from "./objects/open-cv-filter.js";
