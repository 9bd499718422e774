import { coreModule, manifest } from "./generated/index.js";
import type { ServerModule } from "./model/server-module.js";
import { HubPort } from "./objects/hub-port.js";
import { MediaPipeline } from "./objects/media-pipeline.js";
import { PassThrough } from "./objects/pass-through.js";

/** Kurento's `core` module. Its native classes come with the addon. */
export const module: ServerModule = {
  manifest,
  spec: coreModule,
  classes: { HubPort, MediaPipeline, PassThrough },
  native: [],
};
