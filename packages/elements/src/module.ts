// What a media worker loads of this package.
import type { ServerModule } from "@kms/core";
import { nativeLibrary } from "@kms/core";
import { elementsModule, manifest } from "./generated/index.js";
import { AlphaBlending } from "./objects/alpha-blending.js";
import { Composite } from "./objects/composite.js";
import { Dispatcher } from "./objects/dispatcher.js";
import { DispatcherOneToMany } from "./objects/dispatcher-one-to-many.js";
import { HttpPostEndpoint } from "./objects/http-post-endpoint.js";
import { Mixer } from "./objects/mixer.js";
import { PlayerEndpoint } from "./objects/player-endpoint.js";
import { RecorderEndpoint } from "./objects/recorder-endpoint.js";
import { RtpEndpoint } from "./objects/rtp-endpoint.js";
import { WebRtcEndpoint } from "./objects/web-rtc-endpoint.js";

/** Kurento's `elements` module. */
export const module: ServerModule = {
  manifest,
  spec: elementsModule,
  classes: {
    AlphaBlending,
    Composite,
    Dispatcher,
    DispatcherOneToMany,
    HttpPostEndpoint,
    Mixer,
    PlayerEndpoint,
    RecorderEndpoint,
    RtpEndpoint,
    WebRtcEndpoint,
  },
  native: [nativeLibrary(new URL("..", import.meta.url), "libkmselements.so")],
};
