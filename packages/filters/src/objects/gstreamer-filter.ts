// GStreamerFilter: the API's rules; the element runs natively on raw frames.
import type { Medium, ObjectContext } from "@kms/elements/core";
import { GStreamerFilterBase } from "../generated/gstreamer-filter.js";
import type { GStreamerFilterParams } from "../generated/gstreamer-filter.js";

/** Runs one GStreamer element between its sink and its source; the other medium passes untouched. */
export class GStreamerFilter extends GStreamerFilterBase {
  readonly #params: GStreamerFilterParams;

  constructor(context: ObjectContext, params: GStreamerFilterParams) {
    super(context);
    this.#params = params;
  }

  /** @throws KurentoError 40001 when the command makes no usable element */
  override async initialize(): Promise<void> {
    const { command, filterType } = this.#params;
    await this.createNative("GStreamerFilter", { command, filterType });
    const medium: Medium = (await this.callNative("mediaType")) === "audio" ? "audio" : "video";
    this.setFilteredMedium(medium);
  }

  /** The command as the client gave it. */
  getCommand(): string {
    return this.#params.command;
  }

  /** @throws KurentoError 40001 for an unknown property or a value it cannot take, 40006 for a type that is not supported */
  async setElementProperty(propertyName: string, propertyValue: string): Promise<void> {
    await this.callNative("setElementProperty", { name: propertyName, value: propertyValue });
  }
}
