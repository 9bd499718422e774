// What a media worker loads of this package.
import type { ServerModule } from "@kms/elements/core";
import { nativeLibrary } from "@kms/elements/core";
import { filtersModule, manifest } from "./generated/index.js";
import { GStreamerFilter } from "./objects/gstreamer-filter.js";

/** Kurento's `filters` module. */
export const module: ServerModule = {
  manifest,
  spec: filtersModule,
  classes: { GStreamerFilter },
  native: [nativeLibrary(new URL("..", import.meta.url), "libkmsfilters.so")],
};
