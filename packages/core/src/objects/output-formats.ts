import type { AudioCaps, VideoCaps } from "../generated/types.js";
import type { EncoderSettings, Medium } from "../graph/media.js";

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

  /** For audio encoders; a bitrate of 0 or less leaves it to them. */
  get audioSettings(): EncoderSettings {
    const bitrate = this.#audio?.bitrate ?? 0;
    return bitrate > 0 ? { bitrate } : {};
  }

  /** For video encoders; a frame rate that is none leaves the frames as they come. */
  get videoSettings(): EncoderSettings {
    const framerate = this.#video?.framerate;
    const isRate =
      framerate !== undefined &&
      isPositive(framerate.numerator) &&
      isPositive(framerate.denominator);
    return isRate ? { framerate: { ...framerate } } : {};
  }
}

function isPositive(count: number): boolean {
  return Number.isInteger(count) && count > 0;
}
