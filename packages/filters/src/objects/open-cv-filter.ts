import { OpenCVFilterBase } from "../generated/open-cv-filter.js";

/** A filter that works on decoded pictures with OpenCV. */
export abstract class OpenCVFilter extends OpenCVFilterBase {}
