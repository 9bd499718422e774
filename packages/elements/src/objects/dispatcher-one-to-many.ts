import type { HubPort, MediaOrigin, Medium } from "@kms/core";
import { DispatcherOneToManyBase } from "../generated/dispatcher-one-to-many.js";

/** Hands the audio and video of one port on to all ports. It moves no media itself: links go past it. */
export class DispatcherOneToMany extends DispatcherOneToManyBase {
  #source: HubPort | undefined;

  /** @throws KurentoError 40004 for a port of another hub */
  async setSource(source: HubPort): Promise<void> {
    this.requireOwn("Can not connect ports", source);
    this.#source = source;
    await this.portsChanged();
  }

  async removeSource(): Promise<void> {
    this.#source = undefined;
    await this.portsChanged();
  }

  override portOrigin(_port: HubPort, medium: Medium): MediaOrigin | undefined {
    if (this.#source === undefined || medium === "data") return undefined;
    return { node: this.#source, point: "sink" };
  }

  protected override portRemoved(port: HubPort): void {
    if (this.#source === port) this.#source = undefined;
  }
}
