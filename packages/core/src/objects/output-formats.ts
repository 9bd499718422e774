import type { AudioCaps, VideoCaps } from "../generated/types.js";
import type { Medium } from "../graph/media.js";

/** What clients demand of the media that leaves an element. */
export class OutputFormats {
  #audio: AudioCaps | undefined;
  #video: VideoCaps | undefined;

  setAudio(caps: AudioCaps): void {
    this.#audio = caps;
  }

  setVideo(caps: VideoCaps): void {
    this.#video = caps;
  }

  /** The codec demanded; `undefined` where none was. */
  codec(medium: Medium): string | undefined {
    const demands = { audio: this.#audio, video: this.#video, data: undefined };
    return demands[medium]?.codec;
  }

  /** bps demanded of audio encoders; `undefined` leaves it to them, as 0 and less do. */
  get audioBitrate(): number | undefined {
    const bps = this.#audio?.bitrate ?? 0;
    return bps > 0 ? bps : undefined;
  }
}
