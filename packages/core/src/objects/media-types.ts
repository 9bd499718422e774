import type { MediaType } from "../generated/types.js";
import type { Medium } from "../graph/media.js";
import { KurentoError } from "../model/errors.js";

/** All media types, in the order in which connections are made. */
export const mediaTypes: readonly MediaType[] = ["AUDIO", "VIDEO", "DATA"];

const mediumOfType: Readonly<Record<MediaType, Medium>> = {
  AUDIO: "audio",
  VIDEO: "video",
  DATA: "data",
};

/** What the API calls a medium. */
export const mediaTypeOf: Readonly<Record<Medium, MediaType>> = {
  audio: "AUDIO",
  video: "VIDEO",
  data: "DATA",
};

/** The medium of the planner. */
export function mediumOf(type: MediaType): Medium {
  return mediumOfType[type];
}

/**
 * The medium that a query is about.
 * @param what name of what is asked for, for the error's text
 * @throws KurentoError 40107 for DATA
 */
export function queriedMedium(type: MediaType, what: string): Medium {
  if (type !== "DATA") return mediumOfType[type];
  throw new KurentoError(
    "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR",
    `Media type DATA is not supported for ${what}`,
  );
}
