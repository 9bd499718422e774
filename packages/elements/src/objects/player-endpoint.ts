// PlayerEndpoint: the API's rules; reading and pacing are native.
import { KurentoError, isKurentoError, isNativeMap, numberField } from "@kms/core";
import type { ObjectContext } from "@kms/core";
import { PlayerEndpointBase } from "../generated/player-endpoint.js";
import type { PlayerEndpointParams } from "../generated/player-endpoint.js";
import type { VideoInfo } from "../generated/types.js";
import { playerSettings } from "./player-settings.js";

/** Plays a URI into the pipeline. */
export class PlayerEndpoint extends PlayerEndpointBase {
  readonly #params: PlayerEndpointParams;

  constructor(context: ObjectContext, params: PlayerEndpointParams) {
    super(context, params);
    this.#params = params;
    this.handleNative("endOfStream", () => this.emitEndOfStream());
  }

  override async initialize(): Promise<void> {
    await this.createNative("PlayerEndpoint", {
      uri: this.effectiveUri,
      networkCache: this.#params.networkCache,
      ...(await playerSettings(this.context)),
    });
  }

  async play(): Promise<void> {
    await this.callNative("play");
  }

  /** Milliseconds; 0 without media. */
  async getPosition(): Promise<number> {
    return Number(await this.callNative("position"));
  }

  /** @throws KurentoError 40700 when the media cannot be sought */
  async setPosition(position: number | bigint): Promise<void> {
    try {
      await this.callNative("setPosition", { position });
    } catch (error) {
      if (isKurentoError(error) && error.code === 40700) {
        throw new KurentoError("PLAYER_SEEK_FAIL", "Seek fails", { cause: error });
      }
      throw error;
    }
  }

  /** Times in milliseconds. */
  async getVideoInfo(): Promise<VideoInfo> {
    const info = await this.callNative("videoInfo");
    if (!isNativeMap(info)) throw new TypeError("native videoInfo should be a map");
    return {
      isSeekable: info["isSeekable"] === true,
      seekableInit: numberField(info, "seekableInit"),
      seekableEnd: numberField(info, "seekableEnd"),
      duration: numberField(info, "duration"),
    };
  }

  /** The player's GStreamer pipeline; until it has one, the element without an inside. */
  async getElementGstreamerDot(): Promise<string> {
    const graph = await this.callNative("dot");
    return typeof graph === "string" && graph !== "" ? graph : this.getGstreamerDot();
  }
}
