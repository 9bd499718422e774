// RecorderEndpoint: the API's rules; muxing and writing are native.
import { KurentoError } from "@kms/core";
import type { Format, MediaType, Medium, ObjectContext, UriEndpointState } from "@kms/core";
import { RecorderEndpointBase } from "../generated/recorder-endpoint.js";
import type { RecorderEndpointParams } from "../generated/recorder-endpoint.js";
import type { MediaProfileSpecType } from "../generated/types.js";

const VP8: Format = { codec: "VP8", clockRate: 90000, channels: 0, parameters: {} };
const OPUS: Format = { codec: "OPUS", clockRate: 48000, channels: 2, parameters: {} };

/** What each profile that is built takes for each medium. */
const TRACKS: Readonly<
  Partial<Record<MediaProfileSpecType, Readonly<Partial<Record<Medium, Format>>>>>
> = {
  WEBM: { audio: OPUS, video: VP8 },
  WEBM_VIDEO_ONLY: { video: VP8 },
  WEBM_AUDIO_ONLY: { audio: OPUS },
};
const MEDIA: readonly Medium[] = ["audio", "video"];

/** Writes what it is connected to into a file. */
export class RecorderEndpoint extends RecorderEndpointBase {
  readonly #params: RecorderEndpointParams;

  /** @throws KurentoError 40107 for a profile that is not built yet */
  constructor(context: ObjectContext, params: RecorderEndpointParams) {
    super(context, params);
    this.#params = params;
    if (TRACKS[params.mediaProfile] === undefined) {
      const isSplit = params.mediaProfile === "KURENTO_SPLIT_RECORDER";
      const text = isSplit
        ? "Kurento Split Recorder not supported"
        : `Media profile ${params.mediaProfile} is not supported`;
      throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", text);
    }
  }

  override async initialize(): Promise<void> {
    const { mediaProfile: profile, stopOnEndOfStream } = this.#params;
    await this.createNative("RecorderEndpoint", {
      uri: this.effectiveUri,
      profile,
      stopOnEndOfStream,
    });
    for (const medium of MEDIA) {
      const format = TRACKS[profile]?.[medium];
      this.setAccepts(medium, { kind: "frames", formats: format ? [format] : [] });
    }
  }

  protected override providesSource(_type: MediaType): boolean {
    return false;
  }

  async record(): Promise<void> {
    await this.callNative("record");
  }

  /** Resolves when the file is complete. */
  async stopAndWait(): Promise<void> {
    await this.callNative("stopAndWait");
  }

  protected override onStateChanged(state: UriEndpointState): void {
    if (state === "START") this.emitRecording();
    else if (state === "PAUSE") this.emitPaused();
    else this.emitStopped();
  }
}
