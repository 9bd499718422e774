import type { EncoderSettings } from "../graph/media.js";
import type { ModuleConfig } from "../model/module-config.js";

const defaultTargetBps = 300_000;
const unlimitedBps = 2_147_483_647;

/** Bitrates for encoders that serve an element's sinks, in bps. Negative values are ignored, as in Kurento. */
export class EncoderBitrates {
  #target: number;
  #min: number;
  #max: number;

  constructor(config: ModuleConfig) {
    const read = (key: string): number | undefined => config.integer("kurento.MediaElement", key);
    this.#target = read("encoderBitrate") ?? defaultTargetBps;
    this.#min = read("minEncoderBitrate") ?? 0;
    this.#max = read("maxEncoderBitrate") ?? unlimitedBps;
  }

  get target(): number {
    return this.#target;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** For encoders; 0 leaves the choice to them, or is no limit. */
  get settings(): EncoderSettings {
    return { bitrate: this.#target, min: this.#min, max: this.#max };
  }

  /** Clamped into the limits. */
  setTarget(bps: number): void {
    if (bps >= 0) this.#target = Math.min(Math.max(bps, this.#min), this.#max);
  }

  /** Clamped to the maximum; raises a lower target. */
  setMin(bps: number): void {
    if (bps < 0) return;
    this.#min = Math.min(bps, this.#max);
    this.#target = Math.max(this.#target, this.#min);
  }

  /** Not below the minimum; lowers a higher target, so that 0 leaves the choice to the encoder. */
  setMax(bps: number): void {
    if (bps < 0) return;
    this.#max = Math.max(bps, this.#min);
    this.#target = Math.min(this.#target, this.#max);
  }
}
